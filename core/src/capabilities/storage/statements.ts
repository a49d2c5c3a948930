import type pg from 'pg'
import type { StorageLimits } from './limits.ts'

/** A set of keys: one scope of one owner. */
export interface StoragePlace {
  ownerId: string
  /** `graph:<id>`, `plugin:<name>` or `user`. */
  scope: string
}

/** The result of a write. */
export interface Written {
  /** Whether the value fits within the limits, or need not be written. */
  hasRoom: boolean
  isWritten: boolean
  /** Whether the value fits within the quota of the owner. */
  fitsQuota: boolean
}

type WriteMode = 'always' | 'if-none' | 'if-equal'

/**
 * The table `block_storage_use` holds the number of keys and KiB of each place. Every write changes both tables in one
 * statement, so the numbers are exact. A value that replaces one of the same number of KiB does not change
 * `block_storage_use`, so that writers of different keys seldom wait for each other. The limits are checked against
 * committed data: concurrent writes may together exceed a limit, by at most one value per connection.
 */
const ROOM = `
  room as (
    select (new.kib <= 0 or used.kib + new.kib <= $7) and (new.keys = 0 or used.keys < $6) and quota.fits as there, quota.fits from
      (select $5::int - coalesce(max(kib), 0) as kib, 1 - count(*) as keys
       from block_storage where owner_id = $1 and scope = $2 and key = $3) as new,
      (select coalesce(max(keys), 0) as keys, coalesce(max(kib), 0) as kib
       from block_storage_use where owner_id = $1 and scope = $2) as used,
      lateral (
        select new.kib <= 0 or case when $8::float8 is null then true
          else (select coalesce(sum(kib), 0) from block_storage_use where owner_id = $1) + new.kib <= $8 / 1024 end as fits
      ) as quota
  )`

const COUNTED = `
  counted as (
    insert into block_storage_use as u (owner_id, scope, keys, kib)
    select $1, $2, keys, kib from changed where keys <> 0 or kib <> 0
    on conflict (owner_id, scope) do update set keys = u.keys + excluded.keys, kib = u.kib + excluded.kib
  )`

const INSERT = `
  insert into block_storage (owner_id, scope, key, value, kib, updated_at) select $1, $2, $3, $4::json, $5, now() from room where there`

const REPLACE = `
  on conflict (owner_id, scope, key) do update set value = excluded.value, kib = excluded.kib, updated_at = now()`
const DIFFERENCE = 'returning (old.key is null)::int as keys, new.kib - coalesce(old.kib, 0) as kib'

const SAME_KEY = 'select from block_storage where owner_id = $1 and scope = $2 and key = $3'

/** Whether the stored value permits the write. */
const FITS: Record<WriteMode, string> = {
  always: 'true',
  'if-none': `not exists (${SAME_KEY} and value::text <> 'null')`,
  'if-equal': `exists (${SAME_KEY} and value::jsonb = $9::jsonb)`,
}

const CHANGES: Record<WriteMode, string> = {
  always: `${INSERT} ${REPLACE} ${DIFFERENCE}`,
  // The condition is also checked first, because a conflict locks the row, which is a write.
  'if-none': `${INSERT} and ${FITS['if-none']} ${REPLACE} where block_storage.value::text = 'null' ${DIFFERENCE}`,
  'if-equal': `
    update block_storage set value = $4::json, kib = $5, updated_at = now() from room
    where there and owner_id = $1 and scope = $2 and key = $3 and value::jsonb = $9::jsonb
    ${DIFFERENCE}`,
}

/** @param expected for `if-equal`, the JSON text that the stored value must equal */
export async function writeValue(
  pool: pg.Pool,
  mode: WriteMode,
  { ownerId, scope }: StoragePlace,
  { key, json, kib }: { key: string; json: string; kib: number },
  { maxKeys, maxKib, quota }: StorageLimits & { quota: number | null },
  expected?: string,
): Promise<Written> {
  const { rows } = await pool.query<Written>({
    name: `ashlar-storage-${mode}`,
    text: `with ${ROOM}, changed as (${CHANGES[mode]}), ${COUNTED}
           select case when there then true else not (${FITS[mode]}) end as "hasRoom", exists (select from changed) as "isWritten", fits as "fitsQuota" from room`,
    values: [ownerId, scope, key, json, kib, maxKeys, maxKib, quota, ...(expected === undefined ? [] : [expected])],
  })
  return rows[0] ?? { hasRoom: false, isWritten: false, fitsQuota: true }
}

export async function removeValue(pool: pg.Pool, { ownerId, scope }: StoragePlace, key: string): Promise<void> {
  await pool.query(
    `with gone as (delete from block_storage where owner_id = $1 and scope = $2 and key = $3 returning kib)
     update block_storage_use u set keys = u.keys - 1, kib = u.kib - gone.kib from gone where owner_id = $1 and scope = $2`,
    [ownerId, scope, key],
  )
}

/** Keys are ordered by code point, independently of the locale. A place is small enough to be sorted for each call. */
export async function readPage(
  pool: pg.Pool,
  { ownerId, scope }: StoragePlace,
  prefix: string,
  after: string,
  first: number,
): Promise<string[]> {
  const { rows } = await pool.query<{ key: string }>(
    `select key from block_storage
     where owner_id = $1 and scope = $2 and starts_with(key, $3) and key collate "C" > $4 order by key collate "C" limit $5`,
    [ownerId, scope, prefix, after, first],
  )
  return rows.map(({ key }) => key)
}
