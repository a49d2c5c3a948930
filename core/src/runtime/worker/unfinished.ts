import type { Database } from '../../postgres/index.ts'
import type { Queue } from '../../postgres/queue/index.ts'

/**
 * Executions that have a job, that sleep, or that wait for one of these. No index contains all unfinished executions.
 */
const COUNT = `
  with recursive unfinished as (
    select id, parent_id from execution where id = any($1) or wake_at is not null
    union
    select e.id, e.parent_id from execution e join unfinished u on e.id = u.parent_id
  )
  select count(*)::int as count from unfinished join execution e using (id) where e.status in ('QUEUED', 'RUNNING', 'WAITING')`

/** Counts the executions of the installation that have not finished. */
export async function countUnfinished({ pool }: Pick<Database, 'pool'>, queue: Pick<Queue, 'pending'>): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(COUNT, [await queue.pending()])
  return rows[0]?.count ?? 0
}
