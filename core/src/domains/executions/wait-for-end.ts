import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import type { Owners } from '../../base/index.ts'
import { isFinal } from '../../engine/index.ts'
import type { News } from '../../runtime/journal/index.ts'
import { findExecutions, type ExecutionSummary } from './execution-summary.ts'

/** The pause between two looks at an execution whose events arrive faster. */
const PAUSE_MS = 20

/**
 * Waits until an execution has finished or the time is over.
 *
 * @param waitMs the longest wait
 * @returns the execution in its state after the wait; undefined if these owners have no such execution
 */
export async function waitForEnd(
  { pool, news }: { pool: pg.Pool; news: News },
  owners: Owners,
  executionId: string,
  waitMs: number,
): Promise<ExecutionSummary | undefined> {
  const over = new AbortController()
  const timer = setTimeout(() => over.abort(), waitMs)
  let woken = Promise.withResolvers<void>()
  over.signal.addEventListener('abort', () => woken.resolve())
  const leave = news.add(executionId, () => woken.resolve())
  try {
    for (;;) {
      const isLast = over.signal.aborted
      const execution = (await findExecutions(pool, owners, [executionId])).get(executionId)
      if (!execution || isFinal(execution.status) || isLast) return execution
      await woken.promise
      woken = Promise.withResolvers()
      if (!over.signal.aborted) await pause(PAUSE_MS)
    }
  } finally {
    clearTimeout(timer)
    leave()
  }
}
