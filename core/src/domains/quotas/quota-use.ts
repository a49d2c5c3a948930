import type { Pool } from 'pg'
import type { QuotaName } from './quota-limits.ts'

interface UseRow extends Record<Exclude<QuotaName, 'sandboxMemoryMb'>, number> {
  id: string
}

/** Bigints of Postgres arrive as text, so counts are doubles, which are exact up to 2^53. */
const USE = `
  select a.id,
    (select count(*)::float8 from execution e where e.owner_id = a.id and coalesce(e.finished_at, 'infinity') = 'infinity')
      as "concurrentExecutions",
    (select count(*)::float8 from execution e
      where e.owner_id = a.id and e.created_at > now() - interval '1 hour' and e.parent_id is null) as "executionsPerHour",
    (select coalesce(sum(u.kib), 0)::float8 * 1024 from block_storage_use u where u.owner_id = a.id) as "storedBytes",
    (select count(*)::float8 from graph g where g.owner_id = a.id and g.deleted_at is null) as graphs,
    (select count(*)::float8 from plugin_package p join plugin_version v on v.package_name = p.name where p.owner_id = a.id)
      as "publishedVersions"
  from unnest($1::uuid[]) as a(id)`

/** Counts what accounts have, with one statement. */
export async function countUse(
  pool: Pool,
  accountIds: readonly string[],
): Promise<Map<string, Partial<Record<QuotaName, number>>>> {
  const { rows } = await pool.query<UseRow>(USE, [accountIds])
  return new Map(rows.map(({ id, ...use }) => [id, use]))
}
