import { AshlarError } from '../errors/index.ts'
import type { ExecutionEvent, JournalEvent } from './events.ts'
import type { Plan } from './plan.ts'

/**
 * The journal with which an execution begins that continues a failed or cancelled one: everything that was done, with each
 * failure that nothing handled made one that is repeated, and repeated now. What was running when it ended has no result in
 * the journal and so runs again by itself. Source: execution semantics, rule 21.
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
  return [...kept, ...repeated]
}

/**
 * The journal with which an execution begins that repeats an old one from a node execution on: everything up to its start.
 *
 * @param inputs to run on instead of what it ran on
 * @throws {AshlarError} NOT_FOUND when it never started
 */
export function eventsToReplay(
  events: readonly JournalEvent[],
  { node, n, inputs }: { node: string; n: number; inputs?: Record<string, unknown> | undefined },
): ExecutionEvent[] {
  const start = events.findIndex((event) => event.type === 'NodeStarted' && event.node === node && event.n === n)
  if (start < 0) {
    const message = `run ${n} of node "${node}" never started in this execution`
    throw new AshlarError('NOT_FOUND', message, { details: { path: ['node'] } })
  }
  const kept: ExecutionEvent[] = events.slice(0, start)
  return inputs ? [...kept, { type: 'NodeOverridden', node, n, inputs }] : kept
}

function isHandled({ byId }: Plan, node: string): boolean {
  return byId.get(node)?.links.has('error') ?? false
}
