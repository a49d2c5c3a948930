import type pg from 'pg'
import type { Reason } from '../../engine/index.ts'

/**
 * Sets an execution to WAITING, so that its children's commits and its wake time wake it. Does nothing if the fence is
 * no longer current.
 */
export async function markWaiting(
  pool: pg.Pool,
  { executionId, fence }: { executionId: string; fence: number },
  reason: Reason,
  wakeAt: Date | undefined,
): Promise<void> {
  await pool.query(
    `update execution set status = 'WAITING', waiting_since = now(), reason = $3, wake_at = $4
     where id = $1 and fence = $2 and status = 'RUNNING'`,
    [executionId, fence, JSON.stringify(reason), wakeAt ?? null],
  )
}

/**
 * Whether a child has committed events that its parent has not processed.
 *
 * @param children last processed event, by child
 */
export async function hasNewEvents(pool: pg.Pool, children: ReadonlyMap<string, number>): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select 1 from unnest($1::uuid[], $2::int[]) as child(id, seq) join journal j on j.execution_id = child.id and j.last_seq > child.seq limit 1`,
    [[...children.keys()], [...children.values()]],
  )
  return rowCount !== 0
}
