import { AshlarError } from '../base/index.ts'
import type { ExecutionEvent, JournalEvent } from './events.ts'
import { fold } from './fold.ts'
import type { Plan } from './plan.ts'
import type { NodeError } from './scheduler.ts'

/**
 * The journal with which an execution begins that continues a failed or cancelled one: everything that was done, with each
 * failure that nothing handled made one that is repeated, and repeated now. What was running when it ended has no result in
 * the journal and so runs again by itself; but effects that must not be repeated unasked fail, unless their block and node allow
 * another attempt, all at once, so that another retry repeats them. Source: execution semantics, rules 20 and 21.
 */
export function eventsToRetry(plan: Plan, events: readonly JournalEvent[]): ExecutionEvent[] {
  const repeated: ExecutionEvent[] = []
  const kept = events.flatMap((event): ExecutionEvent[] => {
    if (event.type === 'ExecutionFinished') return []
    if (event.type !== 'NodeFinished' || !event.error || event.retryInMs !== undefined || isHandled(plan, event.node))
      return [event]
    repeated.push({ type: 'NodeRetried', node: event.node, n: event.n, attempt: event.attempt + 1 })
    return [{ ...event, error: { ...event.error, again: true }, retryInMs: 0 }]
  })
  const cutOff = [...fold(plan, kept).interrupted].map(({ node, n, attempt }): ExecutionEvent => {
    const finished = { type: 'NodeFinished' as const, node: node.id, n, attempt }
    const isRepeated = node.block.onCrash === 'retryable' && attempt < (node.retry?.attempts ?? 1)
    if (!isRepeated) return { ...finished, error: CUT_OFF }
    repeated.push({ type: 'NodeRetried', node: node.id, n, attempt: attempt + 1 })
    return { ...finished, error: { ...CUT_OFF, retryable: true }, retryInMs: 0 }
  })
  return [...kept, ...cutOff, ...repeated]
}

const CUT_OFF: NodeError = {
  code: 'EFFECT_INTERRUPTED',
  message:
    'the execution ended after the block had begun an effect and before its result was stored; whether the effect has happened is not known, so the block runs again only when the execution is retried once more',
}

/**
 * The journal with which an execution begins that repeats an old one from a node execution on: everything up to its start.
 * Runs that were active at that point run again if they have no external effects. For a run with an effect, the later events of the old
 * journal decide: if it succeeded, its result is used; if it failed, it runs again; if its effect has no result, it stays interrupted.
 *
 * @param inputs to run on instead of what it ran on
 * @throws {AshlarError} NOT_FOUND when it never started
 */
export function eventsToReplay(
  plan: Plan,
  events: readonly JournalEvent[],
  { node, n, inputs }: NodeExecutionName & { inputs?: Record<string, unknown> | undefined },
): ExecutionEvent[] {
  const start = events.findIndex((event) => event.type === 'NodeStarted' && isOf(event, { node, n }))
  if (start < 0) {
    const message = `run ${n} of node "${node}" never started in this execution`
    throw new AshlarError('NOT_FOUND', message, { details: { path: ['node'] } })
  }
  let kept: ExecutionEvent[] = events.slice(0, start)
  const later = events.slice(start)
  for (const begun of seenOutsideInHand(plan, kept)) {
    const end = later.findIndex((event) => event.type === 'NodeFinished' && isOf(event, begun))
    const finish = later[end]
    if (finish?.type !== 'NodeFinished')
      kept.push(...later.filter((event) => event.type === 'EffectStarted' && isOf(event, begun)))
    else if (finish.error) kept = kept.filter((event) => !isStartOf(event, begun))
    else kept.push(...later.slice(0, end).filter((event) => event.type === 'NodeOutput' && isOf(event, begun)), finish)
  }
  return inputs ? [...kept, { type: 'NodeOverridden', node, n, inputs }] : kept
}

interface NodeExecutionName {
  node: string
  n: number
}

function isOf(event: NodeExecutionName, { node, n }: NodeExecutionName): boolean {
  return event.node === node && event.n === n
}

function isStartOf(event: ExecutionEvent, begun: NodeExecutionName): boolean {
  return (event.type === 'NodeStarted' || event.type === 'EffectStarted') && isOf(event, begun)
}

/** The node executions that had started by the end of these events, had no result, and do something outside: effects, children. */
function seenOutsideInHand({ byId }: Plan, events: readonly ExecutionEvent[]): NodeExecutionName[] {
  const inHand = new Map<string, NodeExecutionName>()
  for (const event of events) {
    if (event.type !== 'NodeStarted' && event.type !== 'NodeFinished') continue
    const { node, n } = event
    const block = byId.get(node)?.block
    if (event.type === 'NodeFinished') inHand.delete(`${node}.${n}`)
    else if (block?.effectful || block?.kind === 'graph') inHand.set(`${node}.${n}`, { node, n })
  }
  return [...inHand.values()]
}

function isHandled({ byId }: Plan, node: string): boolean {
  return byId.get(node)?.links.has('error') ?? false
}
