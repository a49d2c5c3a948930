import { parseJson } from '@ashlar/sdk/json'
import type pg from 'pg'
import type { ExecutionEvent } from '../../engine/index.ts'
import { restoreBlobs } from './blobs.ts'

/**
 * Reads single committed events of one execution, with all values.
 *
 * @returns by `seq`; missing events are left out
 */
export async function readSingleEvents(
  pool: pg.Pool,
  executionId: string,
  seqs: readonly number[],
): Promise<Map<number, ExecutionEvent>> {
  if (seqs.length === 0) return new Map()
  const { rows } = await pool.query<{ seq: number; event: string }>({ ...READ_SINGLE, values: [executionId, seqs] })
  const events = new Map(rows.map(({ seq, event }) => [seq, parseJson(event) as ExecutionEvent]))
  await restoreBlobs(pool, [...events.values()])
  return events
}

/** Finds each row once: the row of the first event, then that of the first event behind it, and so on. */
const READ_SINGLE = {
  name: 'ashlar-journal-single',
  text: `
    with recursive wanted as (select seq from unnest($2::int[]) as w (seq)), rows as (
      select 0 as first_seq, 0 as last_seq, null::timestamptz as at, null::bigint[] as places
      union all
      select j.first_seq, j.last_seq, j.at, p.places
      from rows r cross join lateral (select min(seq) as seq from wanted where seq > r.last_seq) n
      cross join lateral (
        select first_seq, last_seq, at from journal
        where execution_id = $1 and first_seq <= n.seq and last_seq >= n.seq and at >= uuid_extract_timestamp($1::uuid)
        order by first_seq desc limit 1
      ) j cross join lateral (
        select array_agg(seq - j.first_seq + 1) as places from wanted where seq between j.first_seq and j.last_seq
      ) p
    )
    select r.first_seq + e.place::int - 1 as seq, e.event::text as event
    from rows r cross join lateral json_array_elements((
      select events from journal where execution_id = $1 and first_seq = r.first_seq and at = r.at
    )::json) with ordinality as e (event, place)
    where e.place = any(r.places)`,
}
