import type { ClientBase } from 'pg'
import type { Database } from '../../postgres/index.ts'

const DAY_MS = 24 * 3600_000
/** The number of days for which partitions are created in advance. */
const DAYS_AHEAD = 3

/**
 * Maintains the journal: creates the partitions of the next days, and drops those older than the retention together
 * with the blobs that only they refer to. A partition is kept while an execution that was created on its day or earlier
 * is unfinished. Rows of a day without a partition are in the default partition, and are moved when their partition is
 * created. If several workers call this at the same time, one of them does the work. The clock is the database clock,
 * so a wrong clock on a worker never drops data.
 */
export async function maintainJournal({ transact }: Database, retentionDays: number, at?: Date): Promise<void> {
  await transact(async (client) => {
    const { rows } = await client.query<{ mine: boolean; now: Date }>(
      `select pg_try_advisory_xact_lock(hashtext('ashlar.journal')) as mine, now()`,
    )
    const now = at ?? rows[0]?.now
    if (!rows[0]?.mine || !now) return
    await makePartitions(client, now)
    await dropPartitions(client, retentionDays, now)
  })
}

async function makePartitions(client: ClientBase, now: Date): Promise<void> {
  const { rows: astray } = await client.query<{ day: Date }>(
    `select distinct date_bin('1 day', at, 'epoch'::timestamptz) as day from journal_default`,
  )
  const ahead = Array.from({ length: DAYS_AHEAD }, (_, i) => startOfDay(now.getTime() + i * DAY_MS))
  const days = new Map([...astray.map(({ day }) => day), ...ahead].map((day) => [partitionName(day), day]))
  const { rows: known } = await client.query<{ name: string }>('select relname as name from pg_class where relname = any($1)', [
    [...days.keys()],
  ])
  for (const { name } of known) days.delete(name)
  for (const [name, from] of days) {
    const range = [from, startOfDay(from.getTime() + DAY_MS)].map((each) => `'${each.toISOString()}'::timestamptz`)
    await client.query(`
      create table ${name} (like journal including defaults);
      lock table journal in share row exclusive mode; -- waits for transactions that write to the default partition
      lock table journal_default;
      with moved as (delete from journal_default where at >= ${range[0]} and at < ${range[1]} returning *)
      insert into ${name} select * from moved;
      alter table journal attach partition ${name} for values from (${range[0]}) to (${range[1]})`)
  }
}

async function dropPartitions(client: ClientBase, retentionDays: number, now: Date): Promise<void> {
  const keepFrom = startOfDay(now.getTime() - retentionDays * DAY_MS)
  const { rows: oldest } = await client.query<{ at: Date | null }>(
    `select min(created_at) as at from execution where status in ('QUEUED', 'RUNNING', 'WAITING')`,
  )
  const unfinished = oldest[0]?.at
  const dropBefore = unfinished && unfinished < keepFrom ? startOfDay(unfinished.getTime()) : keepFrom
  const { rows: partitions } = await client.query<{ name: string }>(
    `select relname as name from pg_inherits join pg_class on oid = inhrelid where inhparent = 'journal'::regclass and relname ~ '^journal_\\d{8}$'`,
  )
  for (const { name } of partitions) if (name < partitionName(dropBefore)) await client.query(`drop table ${name}`)
  await client.query('delete from blob_ref where day < $1', [dropBefore])
  await client.query(
    `delete from blob b where created_at < now() - interval '1 day' and not exists (select 1 from blob_ref r where r.hash = b.hash)`,
  )
}

/** `journal_20261121`: names sort by time. */
function partitionName(day: Date): string {
  return `journal_${day.toISOString().slice(0, 10).replaceAll('-', '')}`
}

function startOfDay(ms: number): Date {
  return new Date(Math.floor(ms / DAY_MS) * DAY_MS)
}
