import type pg from 'pg'
import { retryDuringOutage } from '../../postgres/index.ts'
import { AshlarError } from '../../base/index.ts'
import { DEFAULT_STORAGE_LIMITS, type StorageLimits } from './limits.ts'
import { buildStorageParser } from './parse.ts'
import { readPage, removeValue, writeValue, type StoragePlace, type Written } from './statements.ts'

/** The key-value store of blocks. Each call is one SQL statement, so it is atomic. */
export interface BlockStorage {
  get(place: StoragePlace, key: unknown): Promise<unknown>
  /**
   * @throws {AshlarError} BAD_INPUT, OUTPUT_LIMIT when the value or the contents of its place would be too large,
   * QUOTA_EXCEEDED when those of all places of the owner would be
   */
  set(place: StoragePlace, key: unknown, value: unknown): Promise<void>
  /**
   * @param expected null or undefined means no value; a stored null also counts as no value
   * @throws {AshlarError} BAD_INPUT OUTPUT_LIMIT
   */
  compareAndSet(place: StoragePlace, key: unknown, expected: unknown, value: unknown): Promise<boolean>
  delete(place: StoragePlace, key: unknown): Promise<void>
  /** @param page `{ prefix, after, first }` @returns keys in the order of their code points */
  list(place: StoragePlace, page: unknown): Promise<string[]>
}

/** @param findQuota returns the bytes that all places of an owner may hold together, null for no limit. */
export function createBlockStorage(
  pool: pg.Pool,
  overrides: Partial<StorageLimits> = {},
  findQuota: (ownerId: string) => Promise<number | null> = () => Promise.resolve(null),
): BlockStorage {
  const limits = { ...DEFAULT_STORAGE_LIMITS, ...overrides }
  const parse = buildStorageParser(limits)
  const toRow = (key: unknown, value: unknown): { key: string; json: string; kib: number } => {
    const [parsed, json] = [parse.key(key), parse.value(value)]
    return { key: parsed, json, kib: Math.ceil((Buffer.byteLength(parsed) + Buffer.byteLength(json)) / 1024) }
  }
  return {
    async get({ ownerId, scope }, key) {
      const text = 'select value from block_storage where owner_id = $1 and scope = $2 and key = $3'
      const values = [ownerId, scope, parse.key(key)]
      const { rows } = await retryDuringOutage(() => pool.query<{ value: unknown }>(text, values))
      return rows[0]?.value ?? null
    },
    async set(place, key, value) {
      const row = toRow(key, value)
      const quota = await retryDuringOutage(() => findQuota(place.ownerId))
      // `set` is idempotent.
      const written = await retryDuringOutage(() => writeValue(pool, 'always', place, row, { ...limits, quota }))
      assertRoom(written, limits, quota)
    },
    async compareAndSet(place, key, expected, value) {
      const row = toRow(key, value)
      const quota = await retryDuringOutage(() => findQuota(place.ownerId))
      const room = { ...limits, quota }
      const written = await (expected === null || expected === undefined
        ? writeValue(pool, 'if-none', place, row, room)
        : writeValue(pool, 'if-equal', place, row, room, parse.value(expected)))
      assertRoom(written, limits, quota)
      return written.isWritten
    },
    async delete(place, key) {
      const parsed = parse.key(key)
      await retryDuringOutage(() => removeValue(pool, place, parsed))
    },
    async list(place, page) {
      const { prefix, after, first } = parse.page(page)
      return retryDuringOutage(() => readPage(pool, place, prefix, after, first))
    },
  }
}

function assertRoom({ hasRoom, isWritten, fitsQuota }: Written, { maxKeys, maxKib }: StorageLimits, quota: number | null): void {
  if (hasRoom || isWritten) return
  if (!fitsQuota)
    throw new AshlarError(
      'QUOTA_EXCEEDED',
      `storage: the account may have ${quota} bytes of stored values, and this value does not fit. Delete values that are not needed.`,
      { details: { quota: 'storedBytes', limit: quota } },
    )
  throw new AshlarError('OUTPUT_LIMIT', `storage: a scope holds at most ${maxKeys} keys and ${maxKib} KiB of values`)
}
