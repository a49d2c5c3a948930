import { AshlarError } from '../base/index.ts'
import type { ExecutionEvent, JournalEvent } from './events.ts'
import { fold } from './fold.ts'
import type { NodeExecution, Tag } from './pairing/index.ts'
import type { Plan } from './plan/index.ts'
import { changeJournal, rewriteJournal } from './rewrite.ts'
import type { NodeError } from './decisions.ts'

/**
 * Returns the initial journal of an execution that continues a failed or cancelled one: all events except the end. Each
 * unhandled failure becomes a failure that is repeated immediately. Runs that were active at the end have no result in
 * the journal, so they run again. Effects that must not be repeated automatically fail instead, all in this retry, and
 * another retry repeats them; but if their block and node allow another attempt, they are repeated now. Source:
 * execution semantics, rules 20 and 21.
 */
export function eventsToRetry(plan: Plan, events: readonly JournalEvent[]): ExecutionEvent[] {
  const repeated: ExecutionEvent[] = []
  const repeat = (event: ExecutionEvent, run: NodeExecution): ExecutionEvent[] => {
    if (event.type !== 'NodeFinished' || !event.error || event.retryInMs !== undefined || isHandled(plan, run)) return [event]
    repeated.push({ type: 'NodeRetried', node: event.node, n: event.n, attempt: event.attempt + 1 })
    return [{ ...event, error: { ...event.error, again: true }, retryInMs: 0 }]
  }
  const kept = plan.pairing === 'TAGGED' ? rewriteJournal(plan, events, repeat) : changeJournal(plan, events, repeat)
  const interrupted = [...fold(plan, kept).interrupted].map(({ node, n, attempt }): ExecutionEvent => {
    const finished = { type: 'NodeFinished' as const, node: node.id, n, attempt }
    const isRepeated = node.block.onCrash === 'retryable' && attempt < (node.retry?.attempts ?? 1)
    if (!isRepeated) return { ...finished, error: INTERRUPTED }
    repeated.push({ type: 'NodeRetried', node: node.id, n, attempt: attempt + 1 })
    return { ...finished, error: { ...INTERRUPTED, retryable: true }, retryInMs: 0 }
  })
  return [...kept, ...interrupted, ...repeated]
}

/** An iteration of a loop: the `index`-th of the loop that the node execution has produced. */
interface IterationName {
  node: string
  n: number
  index: number
}

/**
 * Returns the initial journal of an execution that repeats one iteration of an old one. All results outside of the
 * iteration are kept, except those that follow from it.
 *
 * @throws {AshlarError} BAD_INPUT when the graph pairs values in the order of arrival, NOT_FOUND when no node execution
 * in the iteration has started
 */
export function eventsToRepeat(plan: Plan, events: readonly JournalEvent[], { node, n, index }: IterationName): ExecutionEvent[] {
  if (plan.pairing !== 'TAGGED')
    throw new AshlarError('BAD_INPUT', 'this graph has the pairing FIFO, so its values belong to no iteration', {
      details: { path: ['iteration'] },
    })
  const isRun = (run: NodeExecution): boolean => isInside(run.tag, { node, n, index })
  let isFound = false
  const kept = rewriteJournal(plan, events, (event, run) => {
    const isRepeated = isRun(run)
    isFound ||= isRepeated
    return isRepeated ? [] : [event]
  })
  if (isFound) return kept
  findStart(events, { node, n })
  throw new AshlarError('NOT_FOUND', describeMissing(plan, events, { node, n, index }), { details: { path: ['iteration'] } })
}

/** Describes why an iteration cannot be repeated, with the iterations that can. */
function describeMissing(plan: Plan, events: readonly JournalEvent[], { node, n, index }: IterationName): string {
  const { scheduler } = fold(plan, events)
  const run = scheduler.nodeExecution(node, n)
  const scopes = [run?.loop, run?.tools].filter((scope) => scope !== undefined)
  if (scopes.length === 0)
    return `node "${node}" starts no loop: name the node execution that produced the loop, or leave out "iteration"`
  const loop = `the loop of node execution ${n} of "${node}"`
  const count = Math.max(...scopes.map(({ opened }) => opened))
  if (count === 0) return `${loop} has no iterations, got ${index}: leave out "iteration" to repeat the node execution`
  const range = count === 1 ? 'only iteration 0' : `the iterations 0 to ${count - 1}`
  if (index < 0 || index >= count) return `${loop} has ${range}, got ${index}: name an iteration that exists`
  return `no node execution has started in iteration ${index} of ${loop}, which has ${range}: name another iteration`
}

function isInside(inner: Tag, { node, n, index }: IterationName): boolean {
  for (let tag: Tag | undefined = inner; tag; tag = tag.parent) {
    const producer = tag.scope?.producer
    if (producer?.node.id === node && producer.n === n && tag.index === index) return true
  }
  return false
}

const INTERRUPTED: NodeError = {
  code: 'EFFECT_INTERRUPTED',
  message:
    'the execution ended after the block had started an effect and before the result was stored. The effect may have happened: check it, then retry the execution again to repeat the block',
}

/**
 * Returns the initial journal of an execution that repeats an old one from a node execution: all events before its
 * start. Runs that were active at that point run again if they have no external effects. For a run with an effect, the
 * later events of the old journal decide: if it succeeded, its result is used; if it failed, it runs again; if its
 * effect has no result, it stays interrupted.
 *
 * @param inputs replace the inputs of the node execution
 * @throws {AshlarError} NOT_FOUND when the node execution never started
 */
export function eventsToReplay(
  plan: Plan,
  events: readonly JournalEvent[],
  { node, n, inputs }: NodeExecutionName & { inputs?: Record<string, unknown> | undefined },
): ExecutionEvent[] {
  const start = findStart(events, { node, n })
  let kept: ExecutionEvent[] = events.slice(0, start)
  const later = events.slice(start)
  for (const effect of pendingEffects(plan, kept)) {
    const end = later.findIndex((event) => event.type === 'NodeFinished' && matches(event, effect))
    const finish = later[end]
    if (finish?.type !== 'NodeFinished')
      kept.push(...later.filter((event) => event.type === 'EffectStarted' && matches(event, effect)))
    else if (finish.error) kept = kept.filter((event) => !isStart(event, effect))
    else kept.push(...later.slice(0, end).filter((event) => event.type === 'NodeOutput' && matches(event, effect)), finish)
  }
  return inputs ? [...kept, { type: 'NodeOverridden', node, n, inputs }] : kept
}

/** Returns the position of the event with which a node execution started. @throws {AshlarError} NOT_FOUND */
function findStart(events: readonly JournalEvent[], { node, n }: NodeExecutionName): number {
  const start = events.findIndex((event) => event.type === 'NodeStarted' && matches(event, { node, n }))
  if (start >= 0) return start
  const numbers = events.flatMap((event) => (event.type === 'NodeStarted' && event.node === node ? [event.n] : []))
  const message =
    numbers.length > 0
      ? `node "${node}" has no node execution ${n} that has started; those from ${numbers.reduce((a, b) => Math.min(a, b))} to ${numbers.reduce((a, b) => Math.max(a, b))} that have started can be replayed`
      : `this execution has not started a node "${node}"; "nodeExecutions" of the execution lists those that it has`
  throw new AshlarError('NOT_FOUND', message, { details: { path: [numbers.length > 0 ? 'number' : 'nodeId'] } })
}

interface NodeExecutionName {
  node: string
  n: number
}

function matches(event: NodeExecutionName, { node, n }: NodeExecutionName): boolean {
  return event.node === node && event.n === n
}

function isStart(event: ExecutionEvent, effect: NodeExecutionName): boolean {
  return (event.type === 'NodeStarted' || event.type === 'EffectStarted') && matches(event, effect)
}

/** The effectful runs and graph nodes that had started and had no result at the end of these events. */
function pendingEffects({ byId }: Plan, events: readonly ExecutionEvent[]): NodeExecutionName[] {
  const pending = new Map<string, NodeExecutionName>()
  for (const event of events) {
    if (event.type !== 'NodeStarted' && event.type !== 'NodeFinished') continue
    const { node, n } = event
    const block = byId.get(node)?.block
    if (event.type === 'NodeFinished') pending.delete(`${node}.${n}`)
    else if (block?.effectful || block?.kind === 'graph') pending.set(`${node}.${n}`, { node, n })
  }
  return [...pending.values()]
}

/** A link of its error pin, a loop or an agent receives the failure. */
function isHandled({ byId }: Plan, { node, call }: NodeExecution): boolean {
  return call !== undefined || node.links.has('error') || [...byId.values()].some(({ flow }) => flow?.catches.has(node))
}
