import { createHash } from 'node:crypto'
import { AshlarError, showValue } from '../../base/index.ts'
import type { Database } from '../../postgres/index.ts'
import type { Queue } from '../../postgres/queue/index.ts'
import type { Execution } from './entities.ts'
import type { Quotas } from '../../domains/quotas/index.ts'
import { insertWith, type NewExecution } from './insert.ts'

const MAX_KEY_CHARS = 255

/** The key that a user has given to a start, and a hash of the other arguments of the start. */
export interface StartKey {
  ownerId: string
  /** Members of an account do not share keys. */
  userId: string
  key: string
  hash: string
}

/** @throws {AshlarError} BAD_INPUT when the key is not 1 to 255 characters long */
export function toStartKey(user: Pick<StartKey, 'ownerId' | 'userId'>, key: string, request: object): StartKey {
  if (key.length === 0 || key.length > MAX_KEY_CHARS) {
    const message = `idempotencyKey must have 1 to ${MAX_KEY_CHARS} characters, got ${key.length}`
    throw new AshlarError('BAD_INPUT', message, { details: { path: ['idempotencyKey'] } })
  }
  return { ...user, key, hash: createHash('sha256').update(toCanonicalJson(request)).digest('hex') }
}

function toCanonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )
}

/**
 * Returns the execution that was started with this key in the last 24 hours, if any.
 *
 * @throws {AshlarError} CONFLICT when it was started with other arguments
 */
export async function findStarted({ pool }: Database, { ownerId, userId, key, hash }: StartKey): Promise<string | undefined> {
  const { rows } = await pool.query<{ executionId: string; hash: string }>(
    `select execution_id as "executionId", hash from execution_start_key
     where owner_id = $1 and user_id = $2 and key = $3 and ${IS_VALID}`,
    [ownerId, userId, key],
  )
  const [found] = rows
  if (found && found.hash !== hash) {
    const message = `the idempotencyKey ${showValue(key)} was used for a start with other arguments; use a new key`
    throw new AshlarError('CONFLICT', message, { details: { path: ['idempotencyKey'] } })
  }
  return found?.executionId
}

const IS_VALID = `created_at > now() - interval '24 hours'`

/**
 * Starts an execution and stores its key. Returns undefined if another start has stored the key in the meantime.
 *
 * @throws {AshlarError} QUOTA_EXCEEDED
 */
export async function startWithKey(
  { database, queue, quotas }: { database: Database; queue: Queue; quotas: Pick<Quotas, 'admitStarts'> },
  { ownerId, userId, key, hash }: StartKey,
  fresh: NewExecution,
): Promise<Execution | undefined> {
  try {
    return await database.transact(async (client) => {
      const [refusal] = await quotas.admitStarts(client, [ownerId])
      if (refusal) throw refusal
      const [execution] = await insertWith(client, queue, [fresh])
      const { rowCount } = await client.query(
        `insert into execution_start_key as old (owner_id, user_id, key, hash, execution_id) values ($1, $2, $3, $4, $5)
         on conflict (owner_id, user_id, key) do update set hash = excluded.hash, execution_id = excluded.execution_id, created_at = now()
         where not (old.${IS_VALID})`,
        [ownerId, userId, key, hash, execution?.id],
      )
      if (rowCount === 0) throw new KeyTaken()
      return execution
    })
  } catch (error) {
    if (error instanceof KeyTaken) return undefined
    throw error
  }
}

/** Rolls the transaction back. */
class KeyTaken extends Error {}

/** Removes keys that are no longer valid. */
export async function removeOldKeys({ pool }: Database): Promise<void> {
  await pool.query(`delete from execution_start_key where not (${IS_VALID})`)
}
