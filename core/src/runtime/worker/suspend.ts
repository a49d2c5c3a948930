import type pg from 'pg'
import type { Reason } from '../../engine/index.ts'

/** The row says WAITING from now on: what its children commit, and its time, wake it. Nothing happens where somebody else has it. */
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

/** Whether a child has committed more than its parent has heard of. @param children last event taken, by child */
export async function haveNews(pool: pg.Pool, children: ReadonlyMap<string, number>): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select 1 from unnest($1::uuid[], $2::int[]) as child(id, seq) join journal j on j.execution_id = child.id and j.last_seq > child.seq limit 1`,
    [[...children.keys()], [...children.values()]],
  )
  return rowCount !== 0
}
