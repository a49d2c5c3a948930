import type { Database } from '../../postgres/index.ts'
import { AshlarError } from '../../base/index.ts'
import type { ClaimedRow } from './claim.ts'
import { begunAt } from '../journal/index.ts'

/** Workers that may be lost in a row with an execution in hand, and nothing new of it stored. */
const MOST_TAKES = 5

/** Events that are written again whenever an execution is taken again: they are nothing new. */
const NOTHING_NEW = 'NodeStarted|NodeLog|NodeProgress'

/**
 * An execution of which the worker died, or that it never came back from, may be what the worker died of. So of those that were in
 * hand and were not given back in order, it is counted how often nothing came of it: the count begins anew with every event
 * that tells of progress. This comes before anything is done with them.
 *
 * @param workerId who has claimed the rows
 * @returns the ids of those that are not to be tried again
 */
export async function countTakes({ pool }: Database, workerId: string, rows: ClaimedRow[]): Promise<Set<string>> {
  const ids = rows.filter(({ interrupted }) => interrupted).map(({ id }) => id)
  if (ids.length === 0) return new Set()
  const begun = ids.map((id) => begunAt(id).getTime())
  const counted = await pool.query<{ id: string }>(
    `with seen as (
       select e.id, coalesce(max(j.last_seq), 0) as last_seq,
         coalesce(bool_or(j.last_seq > e.taken_seq and j.events ~ '"type":"(?!${NOTHING_NEW})'), false) as progressed
       from execution e left join journal j on j.execution_id = e.id and j.at >= $3
       where e.id = any($1) group by e.id
     ), counted as (
       update execution e
       set takes = case when seen.progressed then 0 else e.takes + 1 end, taken_seq = seen.last_seq
       from seen where e.id = seen.id and e.worker_id = $2
       returning e.id, e.takes
     )
     select id from counted where takes >= $4`,
    [ids, workerId, new Date(Math.min(...begun)), MOST_TAKES],
  )
  return new Set(counted.rows.map(({ id }) => id))
}

/** Why an execution ends that {@link countTakes} has told of. */
export function workerLost(): AshlarError {
  return new AshlarError(
    'WORKER_LOST',
    `its worker was lost ${MOST_TAKES} times in a row while it had the execution in hand, and nothing new of it was stored`,
  )
}

/** Executions are given back in order: taking them again counts for nothing. */
export async function giveBack({ pool }: Database, workerId: string, ids: string[]): Promise<void> {
  if (ids.length > 0)
    await pool.query('update execution set worker_id = null where id = any($1) and worker_id = $2', [ids, workerId])
}
