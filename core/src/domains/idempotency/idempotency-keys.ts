import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { AshlarError } from '../../base/index.ts'
import type { Database } from '../../postgres/index.ts'
import { hashIdempotencyKey, type KeyHash } from './key-hash.ts'

export interface IdempotentRequest {
  userId: string
  /** Chosen by the user: 1 to 255 characters. */
  key: string
  /** The name of the operation. */
  operation: string
  /** JSON. */
  arguments: unknown
}

/** How the result of an operation is stored, and loaded for a repetition. */
interface ResultStore<Result> {
  /** @returns what {@link load} needs, as JSON: ids, and nothing secret */
  save(result: Result): unknown
  /** @param saved what {@link save} returned, from JSON */
  load(saved: never): Promise<Result>
}

/**
 * Performs operations once for each key. A key belongs to a user, for 24 hours from its first use.
 *
 * A key is absent, RUNNING, DONE or INTERRUPTED. The first request with a key makes it RUNNING, and then performs the
 * operation. If the operation succeeds, the key becomes DONE and contains the result. If it fails with an expected
 * error, it has changed nothing, and the key becomes absent. While a key is RUNNING, its process renews
 * `running_until`. A key whose time has passed is INTERRUPTED, as is one whose operation failed unexpectedly: the
 * operation may have been performed or not, and is not performed again.
 *
 * A repetition waits while the key is RUNNING, and returns the result of a key that is DONE.
 */
export interface IdempotencyKeys {
  /**
   * @throws {AshlarError} CONFLICT when the key was used with another operation or other arguments, or when the first
   * request with the key was interrupted; BAD_INPUT for an invalid key; the errors of `perform` and `load`
   */
  run<Result>(request: IdempotentRequest, perform: () => Promise<Result>, store: ResultStore<Result>): Promise<Result>
}

/** A process reserves a key for so long without renewing it. */
const RESERVED_UNTIL = `now() + interval '30 seconds'`
const OF_HOLDER = 'where user_id = $1 and key = $2 and holder = $3 and result is null'
const RENEW_MS = 10_000
const MIN_WAIT_MS = 20
const MAX_WAIT_MS = 500

/** Condition of a key that has not expired. */
export const IS_VALID = `created_at > now() - interval '24 hours'`

interface KeyRow {
  request: string
  /** JSON. Null until the operation has ended. */
  result: string | null
  state: 'RUNNING' | 'DONE' | 'INTERRUPTED'
}

interface FoundKey extends Pick<KeyRow, 'state'> {
  /** What `ResultStore.save` returned. Null until the operation has ended. */
  result: unknown
}

export function createIdempotencyKeys({ pool }: Database, onError: (error: unknown) => void): IdempotencyKeys {
  return {
    async run({ userId, key, operation, arguments: args }, perform, store) {
      const hash = hashIdempotencyKey(key, [operation, args])
      for (let waitMs = MIN_WAIT_MS; ; waitMs = Math.min(waitMs * 2, MAX_WAIT_MS)) {
        const holder = randomUUID()
        if (await reserve(userId, hash, holder)) return performOnce([userId, hash.key, holder], perform, store)
        const found = await findKey(pool, userId, hash)
        if (found?.state === 'DONE') return store.load(found.result as never)
        if (found?.state === 'INTERRUPTED') throw interrupted()
        if (found) await sleep(waitMs)
      }
    },
  }

  /** @returns whether the key was free */
  async function reserve(userId: string, hash: KeyHash, holder: string): Promise<boolean> {
    const { rowCount } = await pool.query({
      name: 'ashlar-reserve-idempotency-key',
      text: `insert into idempotency_key as old (user_id, key, request, holder, running_until)
             values ($1, $2, $3, $4, ${RESERVED_UNTIL})
             on conflict (user_id, key) do update set request = excluded.request, holder = excluded.holder,
               running_until = excluded.running_until, result = null, created_at = now()
             where not (old.${IS_VALID})`,
      values: [userId, hash.key, hash.request, holder],
    })
    return rowCount === 1
  }

  async function performOnce<Result>(
    reservation: [userId: string, key: string, holder: string],
    perform: () => Promise<Result>,
    store: ResultStore<Result>,
  ): Promise<Result> {
    const change = (text: string, ...values: string[]) => pool.query(text, [...reservation, ...values])
    const renew = () => change(`update idempotency_key set running_until = ${RESERVED_UNTIL} ${OF_HOLDER}`)
    const renewal = setInterval(() => void renew().catch(onError), RENEW_MS).unref()
    try {
      const result = await perform().catch(async (error: unknown) => {
        // Only an expected error proves that nothing has changed.
        const isUnchanged = error instanceof AshlarError
        const end = isUnchanged ? 'delete from idempotency_key' : 'update idempotency_key set running_until = null'
        await change(`${end} ${OF_HOLDER}`).catch(onError)
        throw error
      })
      const saved = JSON.stringify(store.save(result))
      await change(`update idempotency_key set result = $4, running_until = null ${OF_HOLDER}`, saved)
      return result
    } finally {
      clearInterval(renewal)
    }
  }
}

/**
 * Finds a key that has not expired.
 *
 * @throws {AshlarError} CONFLICT when it was used for another request
 */
export async function findKey(pool: Database['pool'], userId: string, hash: KeyHash): Promise<FoundKey | undefined> {
  const { rows } = await pool.query<KeyRow>({
    name: 'ashlar-find-idempotency-key',
    text: `select request, result,
             case when result is not null then 'DONE' when running_until > now() then 'RUNNING' else 'INTERRUPTED' end as state
           from idempotency_key where user_id = $1 and key = $2 and ${IS_VALID}`,
    values: [userId, hash.key],
  })
  if (rows[0] && rows[0].request !== hash.request) throw conflict('was used for a request with other arguments: use a new key')
  return rows[0] && { state: rows[0].state, result: JSON.parse(rows[0].result ?? 'null') as unknown }
}

function interrupted(): AshlarError {
  return conflict(
    'was used for a request that was interrupted, so its result is unknown: check whether the object exists, and use a new key to repeat the request',
  )
}

function conflict(what: string): AshlarError {
  return new AshlarError('CONFLICT', `the idempotencyKey ${what}`, { details: { path: ['idempotencyKey'] } })
}

/** Removes keys that have expired. */
export async function removeOldKeys({ pool }: Pick<Database, 'pool'>): Promise<void> {
  await pool.query(`delete from idempotency_key where not (${IS_VALID})`)
}
