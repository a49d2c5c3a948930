import { AshlarError } from '../../base/index.ts'
import { eventsToRepeat, eventsToReplay, type ExecutionEvent, type JournalEvent, type Plan } from '../../engine/index.ts'

/** The part of an execution to repeat. */
export interface ReplayFrom {
  node: string
  n: number
  /** Overrides the inputs of the node execution. */
  inputs?: Record<string, unknown> | undefined
  /** Repeats only this iteration of the loop of the node execution, 0, 1, 2 …, and what follows from it. */
  iteration?: number | undefined
}

/**
 * Returns the initial journal of an execution that repeats an old one from a node execution, or one iteration of its
 * loop.
 *
 * @throws {AshlarError} BAD_INPUT NOT_FOUND
 */
export function selectReplayed(
  plan: Plan,
  events: readonly JournalEvent[],
  { iteration, ...from }: ReplayFrom,
): ExecutionEvent[] {
  if (iteration === undefined) return eventsToReplay(plan, events, from)
  if (from.inputs === undefined) return eventsToRepeat(plan, events, { ...from, index: iteration })
  const message = 'a repeated iteration has the inputs of the old execution: leave out "inputs" or "iteration"'
  throw new AshlarError('BAD_INPUT', message, { details: { path: ['iteration'] } })
}
