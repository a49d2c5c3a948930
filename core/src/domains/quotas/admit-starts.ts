import type { ClientBase } from 'pg'
import type { QuotaLimits } from './quota-limits.ts'
import { lockAccounts } from './lock-accounts.ts'

interface Wanted {
  accountId: string
  /** The number of executions that the account wants to start. */
  starts: number
  limits: QuotaLimits
}

/** How many of the wanted executions may start, and the limit that the next one would exceed. */
export interface Admission {
  admitted: number
  reached: { name: 'concurrentExecutions' | 'executionsPerHour'; limit: number; used: number }
}

/**
 * Determines how many executions may start, and counts them. The account is locked first, because a statement sees only
 * what was committed before it started.
 */
export async function admitStarts(client: ClientBase, wanted: readonly Wanted[]): Promise<Map<string, Admission>> {
  await lockAccounts(
    client,
    wanted.map(({ accountId }) => accountId),
  )
  const { rows } = await client.query<CountRow>({
    name: 'ashlar-quota-count',
    text: COUNT,
    values: [
      wanted.map(({ accountId }) => accountId),
      wanted.map(({ limits }) => limits.concurrentExecutions ?? 0),
      wanted.map(({ limits }) => limits.executionsPerHour !== null),
    ],
  })
  const counts = new Map(rows.map((row) => [row.id, row]))
  const admissions = new Map(wanted.map((each) => [each.accountId, admit(each, counts.get(each.accountId))]))
  await countStarts(
    client,
    wanted.flatMap(({ accountId, limits }) => {
      const starts = admissions.get(accountId)?.admitted ?? 0
      return starts > 0 && limits.executionsPerHour !== null ? [{ accountId, starts }] : []
    }),
  )
  return admissions
}

interface CountRow {
  id: string
  unfinished: number
  started: number
}

/** Unfinished executions are counted up to the limit. The index `execution_finished` selects them. */
const COUNT = `
  select w.id,
    (select count(*)::int from (
       select from execution e where e.owner_id = w.id and coalesce(e.finished_at, 'infinity') = 'infinity' limit w.most
     ) as counted) as unfinished,
    case when w.hourly then (
      select coalesce(sum(c.starts), 0)::int from execution_start_count c
      where c.account_id = w.id and c.minute > now() - interval '61 minutes'
    ) else 0 end as started
  from unnest($1::uuid[], $2::bigint[], $3::boolean[]) as w(id, most, hourly)`

function admit({ starts, limits }: Wanted, { unfinished = 0, started = 0 }: Partial<CountRow> = {}): Admission {
  const { concurrentExecutions, executionsPerHour } = limits
  const concurrent = concurrentExecutions === null ? Infinity : Math.max(0, concurrentExecutions - unfinished)
  const hourly = executionsPerHour === null ? Infinity : Math.max(0, executionsPerHour - started)
  const admitted = Math.min(starts, concurrent, hourly)
  return concurrent <= hourly
    ? { admitted, reached: { name: 'concurrentExecutions', limit: concurrentExecutions ?? 0, used: unfinished + admitted } }
    : { admitted, reached: { name: 'executionsPerHour', limit: executionsPerHour ?? 0, used: started + admitted } }
}

async function countStarts(client: ClientBase, counted: readonly { accountId: string; starts: number }[]): Promise<void> {
  if (counted.length === 0) return
  await client.query({
    name: 'ashlar-quota-starts',
    text: `
      with old as (
        delete from execution_start_count where account_id = any($1::uuid[]) and minute <= now() - interval '61 minutes'
      )
      insert into execution_start_count as c (account_id, minute, starts)
      select id, date_trunc('minute', now()), starts from unnest($1::uuid[], $2::int[]) as s(id, starts)
      on conflict (account_id, minute) do update set starts = c.starts + excluded.starts`,
    values: [counted.map(({ accountId }) => accountId), counted.map(({ starts }) => starts)],
  })
}
