import type { Database } from '../../postgres/index.ts'
import { AshlarError } from '../../base/index.ts'
import type { TakenRow } from './take-over.ts'
import { creationTime } from '../journal/index.ts'

/** How many workers in a row may be lost while they hold an execution without storing progress. */
const MAX_CRASHES = 5

/** Events that are repeated whenever an execution is taken again, so they are not progress. */
const NOTHING_NEW = 'NodeStarted|NodeLog|NodeProgress|NodeUsage'

/**
 * An execution may be the reason why its worker died. Therefore this counts for each execution how often it was taken
 * from a lost worker in a row without progress. An execution that its worker released in order does not count, and
 * every event that shows progress resets the count. The count is stored before the executions are started.
 *
 * @param workerId the worker that has leased the executions of the rows
 * @returns the ids of the executions that must not be tried again
 */
export async function countCrashes({ pool }: Database, workerId: string, rows: TakenRow[]): Promise<Set<string>> {
  const ids = rows.filter(({ interrupted }) => interrupted).map(({ id }) => id)
  if (ids.length === 0) return new Set()
  const creationTimes = ids.map((id) => creationTime(id).getTime())
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
    [ids, workerId, new Date(Math.min(...creationTimes)), MAX_CRASHES],
  )
  return new Set(counted.rows.map(({ id }) => id))
}

/** The error of an execution that {@link countCrashes} has returned. */
export function workerLost(): AshlarError {
  return new AshlarError(
    'WORKER_LOST',
    `${MAX_CRASHES} consecutive workers were lost while they ran the execution, which made no progress`,
  )
}

/** Releases executions in order, so that taking them again does not count. */
export async function releaseRows({ pool }: Database, workerId: string, ids: string[]): Promise<void> {
  if (ids.length > 0)
    await pool.query('update execution set worker_id = null where id = any($1) and worker_id = $2', [ids, workerId])
}
