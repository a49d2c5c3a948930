import type { GraphDocument } from '../../graph/index.ts'
import type { NodeExecution, Tag } from '../../pairing/index.ts'
import { missingPins } from '../../pairing/index.ts'
import { fakeBlocks, toPlan } from '../fake-blocks.ts'
import { afterCrash } from '../journal.ts'
import { assert } from '../model.ts'
import { stableText, type ScriptedBlock } from '../reference/index.ts'
import { Simulator, type Simulation, type SimulationOptions } from '../worker.ts'
import { tagText } from './compare.ts'
import { toFakes } from './fakes.ts'

/** A case of `tests/conformance/semantics`, which the README beside it defines. */
export interface ConformanceCase {
  name: string
  rule: number
  blocks?: Record<string, ScriptedBlock>
  document: unknown
  inputs?: Record<string, unknown>
  cancel?: true
  expected: Expected
}

interface Expected {
  /** Paths of the faults of an invalid graph. Nothing else is expected of it. */
  faults?: string[]
  status?: string
  outputs?: Record<string, unknown[]>
  /** A node execution that fails with this code, or the reason of the end. */
  failure?: string
  nodeExecutions?: ExpectedExecution[]
  ignoreMessages?: true
  /** `<node>.<pin>`: pins whose value depends on the order. */
  ignoreInputs?: string[]
  /** The largest number of iterations in which something is queued, running or waiting, by node. */
  atMost?: Record<string, number>
}

interface ExpectedExecution {
  node: string
  tag: string
  status: string
  code?: string
  inputs?: Record<string, unknown>
  outputs?: [string, unknown][]
  dead?: string[]
}

type Choose = NonNullable<SimulationOptions['choose']>

/**
 * @param mayCrash whether to repeat the execution with a crash after each of its events
 * @throws {Error} when the engine does not give what the case expects
 */
export function checkConformance(
  given: ConformanceCase,
  document: GraphDocument,
  library: Record<string, ScriptedBlock>,
  choose: Choose,
  mayCrash: boolean,
): void {
  const blocks = { ...library, ...given.blocks }
  const fakes = toFakes(blocks)
  const plan = toPlan(fakeBlocks(fakes), document)
  const hanging = new Set(
    document.nodes.filter(({ block }) => blocks[block]?.does?.some((action) => 'hang' in action)).map(({ id }) => id),
  )
  const run = (events?: Simulation['events']): Simulation => {
    const onStep: SimulationOptions['onStep'] = (scheduler) => assertLimits(given.expected.atMost, scheduler.nodeExecutions())
    const options = { inputs: given.inputs ?? {}, onStep, ...(events && { events: afterCrash(events) }) }
    return runToEnd(new Simulator(plan, fakes, options), choose, hanging)
  }
  const whole = run()
  assertExpected(given.expected, whole)
  if (mayCrash) for (const i of whole.events.keys()) assertExpected(given.expected, run(whole.events.slice(0, i)))
}

/** Cancels when only blocks that never end are left. */
function runToEnd(worker: Simulator, choose: Choose, hanging: ReadonlySet<string>): Simulation {
  for (let count = 0; worker.choices() > 0; count++) {
    const possible = Array.from({ length: worker.choices() }, (_, i) => i).filter((i) => {
      const event = worker.peek(i)
      return event.type !== 'NodeFinished' || !hanging.has(event.node)
    })
    const chosen = possible[choose(possible.length, count)]
    if (chosen === undefined) worker.cancel()
    else worker.proceed(chosen)
  }
  const { scheduler, events, runs, end } = worker
  return { scheduler, events, runs, end }
}

function assertExpected(expected: Expected, simulation: Simulation): void {
  const { scheduler, end } = simulation
  assert(end?.status === expected.status, () => `the status is ${end?.status}, not ${expected.status}: ${end?.reason?.message}`)
  const outputs = stableText(end?.outputs)
  assert(!expected.outputs || outputs === stableText(expected.outputs), () => `the outputs are ${outputs}`)
  const codes = [end?.reason?.code, ...scheduler.nodeExecutions().map(({ error }) => error?.code)]
  assert(!expected.failure || codes.includes(expected.failure), () => `nothing failed with ${expected.failure}`)
  if (!expected.nodeExecutions) return
  const found = foundExecutions(simulation).map((each) => comparable(each, expected))
  const wanted = expected.nodeExecutions.map((each) => comparable(each, expected))
  const [extra, missing] = [subtract(found, wanted), subtract(wanted, found)]
  assert(extra.length + missing.length === 0, () => `not expected: ${extra.join('\n')}\nmissing: ${missing.join('\n')}`)
}

function foundExecutions({ scheduler, events }: Simulation): ExpectedExecution[] {
  const outputs = Map.groupBy(
    events.filter((event) => event.type === 'NodeOutput'),
    ({ node, n }) => `${node}.${n}`,
  )
  return scheduler.nodeExecutions().map((run): ExpectedExecution => {
    const { node, n, tag, status, error } = run
    const at = { node: node.id, tag: tagText(tag), status }
    if (status === 'INCOMPLETE') return { ...at, dead: missingPins(run) }
    const own = (outputs.get(`${node.id}.${n}`) ?? []).map(({ pin, value }): [string, unknown] => [pin, value])
    return { ...at, ...(error && { code: error.code }), inputs: scheduler.resolveInputs(run), outputs: own }
  })
}

function comparable(execution: ExpectedExecution, { ignoreMessages, ignoreInputs = [] }: Expected): string {
  const { node, tag, status, code = null, inputs = {}, outputs = [], dead = [] } = execution
  const kept = Object.entries(inputs).filter(
    ([pin]) => !ignoreInputs.includes(`${node}.${pin}`) && !(ignoreMessages && pin === 'loop'),
  )
  const isText = ignoreMessages && inputs.loop !== undefined
  return stableText([node, tag, status, code, Object.fromEntries(kept), isText ? [] : outputs, dead.toSorted()])
}

function subtract(from: readonly string[], those: readonly string[]): string[] {
  const left = [...those]
  return from.filter((each) => {
    const i = left.indexOf(each)
    if (i >= 0) left.splice(i, 1)
    return i < 0
  })
}

function assertLimits(atMost: Expected['atMost'], runs: readonly NodeExecution[]): void {
  for (const [node, limit] of Object.entries(atMost ?? {})) {
    const live = runs.filter(({ status }) => status === 'QUEUED' || status === 'RUNNING' || status === 'WAITING')
    const iterations = new Set(live.flatMap(({ tag }) => iterationOf(tag, node) ?? []))
    assert(iterations.size <= limit, () => `${iterations.size} iterations of ${node} are live, not at most ${limit}`)
  }
}

function iterationOf(tag: Tag, node: string): string | undefined {
  for (let each: Tag | undefined = tag; each?.scope; each = each.parent)
    if (each.scope.producer?.node.id === node) return tagText(each)
  return undefined
}
