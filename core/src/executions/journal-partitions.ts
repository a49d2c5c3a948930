import type { Database } from '../database/index.ts'

const DAY_MS = 24 * 3600_000
/** Days for which there is a partition ahead of need. */
const DAYS_AHEAD = 3

/**
 * Upkeep of the journal: makes the partitions of the next days, and drops those older than the retention as a whole, with the
 * blobs that only they referred to. A partition stays as long as an execution that began in it or before has not ended.
 * Several workers may do this at once: one does.
 */
export async function keepJournal({ transact }: Database, retentionDays: number, now = new Date()): Promise<void> {
  await transact(async (client) => {
    const { rows: lock } = await client.query<{ mine: boolean }>(
      `select pg_try_advisory_xact_lock(hashtext('ashlar.journal')) as mine`,
    )
    if (!lock[0]?.mine) return
    for (let day = 0; day < DAYS_AHEAD; day++) {
      const from = startOfDay(now.getTime() + day * DAY_MS)
      await client.query(
        `create table if not exists ${partitionName(from)} partition of journal for values from ('${from.toISOString()}') to ('${startOfDay(from.getTime() + DAY_MS).toISOString()}')`,
      )
    }
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
  })
}

/** `journal_20261121`: names sort by time. */
function partitionName(day: Date): string {
  return `journal_${day.toISOString().slice(0, 10).replaceAll('-', '')}`
}

function startOfDay(ms: number): Date {
  return new Date(Math.floor(ms / DAY_MS) * DAY_MS)
}
