import type { ExecutionEvent } from '../../events.ts'
import type { GraphDocument } from '../../graph/index.ts'
import type { NodeExecution, Tag as EngineTag } from '../../pairing/index.ts'
import { missingPins } from '../../pairing/index.ts'
import type { Scheduler } from '../../scheduler.ts'
import { assert } from '../model.ts'
import { computeOutcome, showTag, stableText, type Outcome, type Run, type ScriptedBlock } from '../reference/index.ts'
import type { Simulation } from '../worker.ts'

/** What two engines must agree on about a node execution, whatever the order of arrival. */
interface Fact {
  node: string
  tag: string
  inputs: string
  /** In the order of the yields. */
  outputs: string
  status: NodeExecution['status']
  code: string | undefined
}

/** The outcome of a graph, with the texts of the failures that the engine finds. */
export function expectedOutcome(
  document: GraphDocument,
  blocks: Record<string, ScriptedBlock>,
  inputs: Record<string, unknown>,
  { scheduler }: Pick<Simulation, 'scheduler'>,
): Outcome {
  const runs = scheduler.nodeExecutions()
  const texts = new Map(runs.map((run) => [`${run.node.id} ${tagText(run.tag)} ${run.error?.code}`, run.error?.message]))
  return computeOutcome(document, blocks, {
    inputs,
    messageOf: (node, tag, code) => texts.get(`${node} ${showTag(tag)} ${code}`) ?? `<${code}>`,
  })
}

/** @throws {Error} when the simulation does not give what the graph must give */
export function assertOutcome(document: GraphDocument, outcome: Outcome, simulation: Simulation): void {
  const { scheduler, end } = simulation
  const isStopped = document.onUnhandledError === 'FAIL' && outcome.unhandled.length > 0
  if (outcome.isExceeded && end?.reason?.code === 'BUDGET_EXCEEDED') return
  if (outcome.state.conflicts.length > 0) return assertConflict(outcome, scheduler)
  if (outcome.isExceeded) return assert(end?.status === 'FAILED', () => `the budget is used up, but the end is ${end?.status}`)
  const found = factsOf(simulation)
  const expected = outcome.state.runs.map(toFact)
  if (end?.status === 'CANCELLED') return assertPart(found, expected)
  if (isStopped) {
    const nodes = outcome.unhandled.map(({ node }) => node.id)
    const isNamed = end?.status === 'FAILED' && nodes.includes(end.reason?.node ?? '')
    assert(isNamed, () => `${nodes.join()} failed, but the end is ${end?.status} because of ${end?.reason?.node}`)
    return assertPart(found, expected)
  }
  assertSame('node executions', texts(found), texts(expected))
  assert(end?.status === 'COMPLETED', () => `the end is ${end?.status}: ${end?.reason?.message}`)
  assertIncomplete(outcome, scheduler)
  const [outputs, expectedOutputs] = [stableText(end?.outputs), stableText(outcome.outputs)]
  assert(outputs === expectedOutputs, () => `the outputs are ${outputs}, not ${expectedOutputs}`)
  assertSame('loops', loopsOf(scheduler), expectedLoops(outcome))
}

function factsOf({ scheduler, events }: Simulation): Fact[] {
  const outputs = Map.groupBy(
    events.filter((event) => event.type === 'NodeOutput'),
    ({ node, n }) => `${node}.${n}`,
  )
  const runs = scheduler.nodeExecutions().filter(({ status }) => status !== 'INCOMPLETE')
  return runs.map((run) => ({
    node: run.node.id,
    tag: tagText(run.tag),
    inputs: toInputs(scheduler, run),
    outputs: outputsText(outputs.get(`${run.node.id}.${run.n}`) ?? []),
    status: run.status,
    code: run.error?.code,
  }))
}

function outputsText(events: readonly Extract<ExecutionEvent, { type: 'NodeOutput' }>[]): string {
  return stableText(events.map(({ pin, value }) => [pin, value]))
}

function toInputs(scheduler: Scheduler, run: NodeExecution): string {
  return stableText(scheduler.resolveInputs(run))
}

function toFact(run: Run): Fact {
  return {
    node: run.node.id,
    tag: showTag(run.tag),
    inputs: stableText(run.inputs),
    outputs: stableText(run.outputs.map(([pin, value]) => [pin, value])),
    status: run.status,
    code: run.code,
  }
}

function texts(facts: readonly Fact[]): string[] {
  return facts.map((fact) => stableText(fact))
}

/** An execution that ended early: what has ended is what would have happened anyway, and what began is a part of it. */
function assertPart(found: readonly Fact[], expected: readonly Fact[]): void {
  const left = [...expected]
  const take = (isLike: (fact: Fact) => boolean, fact: Fact): void => {
    const i = left.findIndex(isLike)
    assert(i >= 0, () => `a run that must not be: ${stableText(fact)}`)
    left.splice(i, 1)
  }
  const ended = found.filter(({ status }) => status === 'COMPLETED' || status === 'FAILED')
  for (const fact of ended) take((other) => stableText(other) === stableText(fact), fact)
  for (const fact of found.filter((each) => !ended.includes(each)))
    take((other) => other.node === fact.node && other.tag === fact.tag && other.inputs === fact.inputs, fact)
}

function assertConflict({ state }: Outcome, scheduler: Scheduler): void {
  const failed = scheduler.nodeExecutions().filter(({ error }) => error?.code === 'BROADCAST_CONFLICT')
  const places = state.conflicts.map(({ node, tag }) => `${node.id} ${showTag(tag)}`)
  const isFound = failed.length > 0 && failed.every((run) => places.includes(`${run.node.id} ${tagText(run.tag)}`))
  const others = scheduler.nodeExecutions().filter(({ status }) => status === 'FAILED').length
  assert(
    isFound || (scheduler.status === 'FAILED' && others > failed.length),
    () => `there is no conflict at ${places.join(', ')}`,
  )
}

/** Rule 25. Values that do not meet because their lineages differ lack nothing. */
function assertIncomplete({ state }: Outcome, scheduler: Scheduler): void {
  const runs = scheduler.nodeExecutions()
  const isLacking = (dead: readonly string[]): boolean => dead.length > 0
  const apart = state.incomplete.filter(({ dead }) => !isLacking(dead)).map(({ node, tag }) => `${node.id} ${showTag(tag)}`)
  const others = new Set([...apart, ...runs.filter(({ status }) => status !== 'INCOMPLETE').map(placeOf)])
  const left = runs.filter((run) => run.status === 'INCOMPLETE' && !others.has(placeOf(run)) && isLacking(missingPins(run)))
  const found = left.map((run) => `${placeOf(run)} lacks ${missingPins(run).toSorted().join()}`)
  const ran = new Set(state.runs.map(({ node, tag }) => `${node.id} ${showTag(tag)}`))
  const lacking = state.incomplete.filter(({ node, tag, dead }) => isLacking(dead) && !ran.has(`${node.id} ${showTag(tag)}`))
  const expected = lacking.map(({ node, tag, dead }) => `${node.id} ${showTag(tag)} lacks ${dead.toSorted().join()}`)
  assertSame('incomplete node executions', [...new Set(found)], [...new Set(expected)])
}

function placeOf({ node, tag }: NodeExecution): string {
  return `${node.id} ${tagText(tag)}`
}

function loopsOf(scheduler: Scheduler): string[] {
  const loops = scheduler.scopes().filter(({ producer }) => producer)
  return loops.map((scope) => `${openerOf(scope)} at ${tagText(scope.parent)}: ${scope.opened}`)
}

function expectedLoops({ state }: Outcome): string[] {
  const loops = [...state.scopes.values()].filter(({ producer }) => producer)
  return loops.map(({ opener, parent, iterations }) => `${opener.id} at ${showTag(parent)}: ${iterations}`)
}

function assertSame(what: string, found: readonly string[], expected: readonly string[]): void {
  const missing = [...expected]
  const extra: string[] = []
  for (const each of found) {
    const i = missing.indexOf(each)
    if (i < 0) extra.push(each)
    else missing.splice(i, 1)
  }
  const list = (lines: readonly string[]): string => lines.map((line) => `\n  ${line}`).join('')
  assert(missing.length + extra.length === 0, () => `${what}: missing:${list(missing)}\nnot expected:${list(extra)}`)
}

/** As {@link showTag} shows the tags of the reference. */
export function tagText(tag: EngineTag): string {
  if (!tag.parent || !tag.scope) return ''
  const before = tagText(tag.parent)
  return `${before}${before === '' ? '' : '/'}${openerOf(tag.scope)}[${turnText(tag)}]`
}

function turnText({ index, from, scope }: EngineTag): string {
  if (!from || from.tag.scope === scope) return String(index)
  const inner: string[] = []
  for (let each: EngineTag | undefined = from.tag; each && each.scope !== scope; each = each.parent) inner.push(turnText(each))
  return `${index}:${inner.toReversed().join('.')}`
}

export function openerOf({ producer, cycle }: NonNullable<EngineTag['scope']>): string {
  if (producer) return producer.node.id
  const nodes = [...(cycle?.nodes ?? [])].toSorted((a, b) => a.index - b.index)
  return nodes[0]?.id ?? ''
}
