import type pg from 'pg'
import { isUuid, toOwnerIds, type Owners } from '../../../base/index.ts'
import type { ModelUsage } from '../../../engine/index.ts'
import { creationTime } from '../../../runtime/journal/index.ts'

/**
 * Rows may overlap (see the README of `runtime`), so that events are taken once by `seq`. The regular expression, and
 * not an operator, selects the events: an operator would decode all texts of an event, some of which Postgres cannot
 * represent.
 */
const SUM_USAGE = `
  with recursive tree as (
    select id, id as root from execution where id = any($1::uuid[]) and owner_id = any($2)
    union all
    select e.id, t.root from tree t join execution e on e.parent_id = t.id
  ), found as materialized (
    select distinct on (t.id, event.seq) t.root, event.value
    from tree t
    join journal j on j.execution_id = t.id and j.at >= $3 and j.events like '%"type":"NodeUsage"%'
    cross join lateral (
      select j.first_seq + place as seq, value
      from json_array_elements(j.events::json) with ordinality as element (value, place)
      where value::text ~ '^\\{("at":\\d+,)?"type":"NodeUsage"'
    ) event
  )
  select root as "executionId", value ->> 'provider' as provider, value ->> 'model' as model,
    sum((value ->> 'inputTokens')::float8) as "inputTokens", sum((value ->> 'outputTokens')::float8) as "outputTokens",
    sum((value ->> 'cachedTokens')::float8) as "cachedTokens", sum((value ->> 'costUsd')::float8) as "costUsd",
    sum((value ->> 'requests')::int)::int as requests, sum((value ->> 'unpriced')::int)::int as unpriced
  from found group by 1, 2, 3 order by 1, 2, 3 limit 10000`

/**
 * Sums up what the executions of these owners have consumed, with those that their nodes have started.
 *
 * @returns for each model, by execution id. The list is empty if nothing was consumed.
 */
export async function sumUsage(
  pool: pg.Pool,
  owners: Owners,
  executionIds: readonly string[],
): Promise<Map<string, ModelUsage[]>> {
  const ids = executionIds.filter(isUuid)
  if (ids.length === 0) return new Map()
  const since = new Date(Math.min(...ids.map((id) => creationTime(id).getTime())))
  const { rows } = await pool.query<ModelUsage & { executionId: string }>(SUM_USAGE, [ids, toOwnerIds(owners), since])
  const sums = Map.groupBy(rows, ({ executionId }) => executionId)
  return new Map(executionIds.map((id) => [id, (sums.get(id) ?? []).map(({ executionId: _, ...usage }) => usage)]))
}
