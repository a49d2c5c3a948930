import type { ExecutionEvent } from '../../events.ts'
import { missingPins, type NodeExecution } from '../../pairing/index.ts'
import type { Scheduler } from '../../scheduler.ts'
import { showTag, stableText, type Outcome, type Run } from '../reference/index.ts'
import { openerOf, tagText } from '../tagged/index.ts'
import type { Simulation } from '../worker.ts'
import type { NodeResult, Result, ScopeResult } from './case.ts'

/** The result of a simulation, in the form of the case files. A message that the engine wrote is `<code>`. */
export function toResult(simulation: Simulation): Result {
  const { scheduler, events, end } = simulation
  const runs = scheduler.nodeExecutions()
  const ended = runs.filter(({ status }) => status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED')
  const outputs = Map.groupBy(
    events.filter((event) => event.type === 'NodeOutput'),
    ({ node, n }) => `${node}.${n}`,
  )
  const result: Result = {
    status: (end?.status ?? 'RUNNING') as Result['status'],
    outputs: end?.outputs ?? {},
    nodeExecutions: [
      ...ended.map((run) => toNodeResult(scheduler, run, outputs.get(`${run.node.id}.${run.n}`) ?? [])),
      ...incomplete(runs),
    ],
    scopes: scheduler.scopes().map((scope): ScopeResult => {
      return { node: openerOf(scope), tag: tagText(scope.parent), iterations: scope.opened }
    }),
    starts: startsOf(simulation),
  }
  return { ...withoutMessages(result, runs), ...(end?.reason && { reason: end.reason }) }
}

type OutputEvent = Extract<ExecutionEvent, { type: 'NodeOutput' }>

function toNodeResult(scheduler: Scheduler, run: NodeExecution, events: readonly OutputEvent[]): NodeResult {
  const { node, tag, status, error } = run
  const counts = new Map<string, number>()
  const outputs = events.map(({ pin, value, k }): [string, unknown, number?] => {
    if (!node.block.manyPins.has(pin)) return [pin, value]
    const index = k ?? counts.get(pin) ?? 0
    counts.set(pin, (counts.get(pin) ?? 0) + 1)
    return [pin, value, index]
  })
  const result: NodeResult = {
    node: node.id,
    tag: tagText(tag),
    status: status as NodeResult['status'],
    inputs: scheduler.resolveInputs(run),
    outputs,
    ...(error && { error: error.code }),
  }
  return result
}

/** One for each place at which the node has never run. Values that do not meet because of their links lack nothing. */
function incomplete(runs: readonly NodeExecution[]): NodeResult[] {
  const placeOf = ({ node, tag }: NodeExecution): string => `${node.id} ${tagText(tag)}`
  const ran = new Set(runs.filter(({ status }) => status !== 'INCOMPLETE').map(placeOf))
  const found = new Map<string, NodeResult>()
  for (const run of runs) {
    const dead = missingPins(run).toSorted()
    if (run.status !== 'INCOMPLETE' || ran.has(placeOf(run)) || dead.length === 0) continue
    found.set(placeOf(run), { node: run.node.id, tag: tagText(run.tag), status: 'INCOMPLETE', dead })
  }
  return [...found.values()]
}

function startsOf({ scheduler, events }: Simulation): string[] {
  const starts = events.flatMap((event) => {
    const run = event.type === 'NodeStarted' ? scheduler.nodeExecution(event.node, event.n) : undefined
    return run ? [nameOf({ node: run.node.id, tag: tagText(run.tag) })] : []
  })
  return [...new Set(starts)]
}

export function nameOf({ node, tag }: { node: string; tag: string }): string {
  return tag === '' ? node : `${node} ${tag}`
}

function withoutMessages(result: Result, runs: readonly NodeExecution[]): Result {
  const messages = new Map(
    runs.flatMap(({ error }) => (error && error.code !== 'BLOCK_FAILED' ? [[error.message, `<${error.code}>`] as const] : [])),
  )
  if (messages.size === 0) return result
  const replace = (_: string, value: unknown): unknown => (typeof value === 'string' ? (messages.get(value) ?? value) : value)
  return JSON.parse(JSON.stringify(result, replace)) as Result
}

/** What the reference computes. It does not know an execution that ends early. */
export function toExpected({ state, outputs }: Outcome): Result {
  const ran = new Set(state.runs.map((run) => `${run.node.id} ${showTag(run.tag)}`))
  const lacking = state.incomplete.filter(({ node, tag, dead }) => dead.length > 0 && !ran.has(`${node.id} ${showTag(tag)}`))
  return {
    status: 'COMPLETED',
    outputs,
    nodeExecutions: [
      ...state.runs.map(fromRun),
      ...lacking.map(({ node, tag, dead }): NodeResult => {
        return { node: node.id, tag: showTag(tag), status: 'INCOMPLETE', dead: dead.toSorted() }
      }),
    ],
    scopes: [...state.scopes.values()].map(({ opener, parent, iterations }) => {
      return { node: opener.id, tag: showTag(parent), iterations }
    }),
  }
}

function fromRun({ node, tag, status, inputs, outputs, code }: Run): NodeResult {
  return {
    node: node.id,
    tag: showTag(tag),
    status,
    inputs,
    outputs: outputs.map(([pin, value, k]) => (k === undefined ? [pin, value] : [pin, value, k])),
    ...(code !== undefined && { error: code }),
  }
}

/**
 * The difference of two lists whose order does not matter, as text; undefined if there is none. Of the found objects,
 * only the fields that the expected ones have are compared.
 */
export function differenceOf(found: readonly object[], expected: readonly object[]): string | undefined {
  const { missing, extra } = match(found, expected)
  return describe(missing, extra)
}

export function match<T extends object>(found: readonly T[], expected: readonly object[]): { missing: object[]; extra: T[] } {
  const missing = [...expected]
  const extra = found.filter((each) => {
    const i = missing.findIndex((other) => hasFields(each, other))
    if (i >= 0) missing.splice(i, 1)
    return i < 0
  })
  return { missing, extra }
}

export function describe(missing: readonly object[], extra: readonly object[]): string | undefined {
  if (missing.length + extra.length === 0) return undefined
  const lines = [
    ...missing.map((each) => `missing: ${stableText(each)}`),
    ...extra.map((each) => `not expected: ${stableText(each)}`),
  ]
  return lines.join('\n')
}

/** Whether an object has all fields of the expected one. */
export function hasFields(found: object, expected: object): boolean {
  const fields = new Map(Object.entries(found))
  return Object.entries(expected).every(([name, value]) => stableText(fields.get(name)) === stableText(value))
}
