import { findKey, IS_VALID, type KeyHash } from '../../domains/idempotency/index.ts'
import type { Quotas } from '../../domains/quotas/index.ts'
import type { Database } from '../../postgres/index.ts'
import type { Queue } from '../../postgres/queue/index.ts'
import type { Execution } from './entities.ts'
import { insertWith, type NewExecution } from './insert.ts'

/** The idempotency key that a user has given to a start. */
export interface StartKey {
  userId: string
  hash: KeyHash
}

/**
 * Returns the execution that was started with this key in the last 24 hours, if any.
 *
 * @throws {AshlarError} CONFLICT when the key was used for another request
 */
export async function findStarted({ pool }: Database, { userId, hash }: StartKey): Promise<string | undefined> {
  const found = await findKey(pool, userId, hash)
  return (found?.result as { executionId: string } | undefined)?.executionId
}

/**
 * Starts an execution and stores its key in the same transaction. Returns undefined if another start has stored the key
 * in the meantime.
 *
 * @throws {AshlarError} QUOTA_EXCEEDED
 */
export async function startWithKey(
  { database, queue, quotas }: { database: Database; queue: Queue; quotas: Pick<Quotas, 'admitStarts'> },
  { userId, hash }: StartKey,
  fresh: NewExecution,
): Promise<Execution | undefined> {
  try {
    return await database.transact(async (client) => {
      const [refusal] = await quotas.admitStarts(client, [fresh.ownerId])
      if (refusal) throw refusal
      const [execution] = await insertWith(client, queue, [fresh])
      const { rowCount } = await client.query(
        `insert into idempotency_key as old (user_id, key, request, result) values ($1, $2, $3, $4)
         on conflict (user_id, key) do update set request = excluded.request, result = excluded.result, holder = null,
           running_until = null, created_at = now()
         where not (old.${IS_VALID})`,
        [userId, hash.key, hash.request, JSON.stringify({ executionId: execution?.id })],
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
