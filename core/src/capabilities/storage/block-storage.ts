import type pg from 'pg'
import { z } from 'zod'
import { throughOutages } from '../../database/index.ts'
import { AshlarError } from '../../errors/index.ts'

const MAX_VALUE_BYTES = 64 * 1024

/** Whose values: the rows of one owner, and of one graph or of all. */
export interface StoragePlace {
  ownerId: string
  /** `graph:<id>` or `user`. */
  scope: string
}

const keySchema = z
  .string()
  .min(1)
  .max(200)
  .refine((key) => !key.includes('\0'))

/** The key-value store of blocks. Each call is one statement, so it happens or does not. */
export interface BlockStorage {
  get(place: StoragePlace, key: unknown): Promise<unknown>
  set(place: StoragePlace, key: unknown, value: unknown): Promise<void>
  compareAndSet(place: StoragePlace, key: unknown, expected: unknown, value: unknown): Promise<boolean>
}

export function createBlockStorage(pool: pg.Pool): BlockStorage {
  return {
    async get({ ownerId, scope }, key) {
      const text = 'select value from block_storage where owner_id = $1 and scope = $2 and key = $3'
      const values = [ownerId, scope, parseKey(key)]
      const { rows } = await throughOutages(() => pool.query<{ value: unknown }>(text, values))
      return rows[0]?.value ?? null
    },
    async set({ ownerId, scope }, key, value) {
      const text = `insert into block_storage (owner_id, scope, key, value, updated_at) values ($1, $2, $3, $4, now())
                    on conflict (owner_id, scope, key) do update set value = excluded.value, updated_at = now()`
      const values = [ownerId, scope, parseKey(key), toJson(value)]
      await throughOutages(() => pool.query(text, values)) // set twice is set once
    },
    async compareAndSet({ ownerId, scope }, key, expected, value) {
      const place = [ownerId, scope, parseKey(key), toJson(value)]
      const { rowCount } = await (expected === null || expected === undefined
        ? pool.query(
            `insert into block_storage (owner_id, scope, key, value, updated_at) values ($1, $2, $3, $4, now()) on conflict do nothing`,
            place,
          )
        : pool.query(
            `update block_storage set value = $4, updated_at = now()
             where owner_id = $1 and scope = $2 and key = $3 and value::jsonb = $5::jsonb`,
            [...place, toJson(expected)],
          ))
      return rowCount === 1
    },
  }
}

function parseKey(key: unknown): string {
  const parsed = keySchema.safeParse(key)
  if (!parsed.success) throw new AshlarError('BAD_INPUT', 'storage: a key must be text of 1 to 200 characters, without NUL')
  return parsed.data
}

function toJson(value: unknown): string {
  const json = JSON.stringify(value ?? null)
  if (json.length > MAX_VALUE_BYTES)
    throw new AshlarError(
      'OUTPUT_LIMIT',
      `storage: the value is ${json.length} bytes long as JSON, the limit is ${MAX_VALUE_BYTES}`,
    )
  return json
}
