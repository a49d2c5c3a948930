import { randomUUIDv7 } from 'node:crypto'
import { AshlarError, isUuid, mapPage, type Page, type PageRequest } from '../../base/index.ts'
import { listRows, where, type Database } from '../../postgres/index.ts'
import { ApiKey, type ApiKeyScope } from '../accounts/index.ts'
import { createKey, hashKey, keyPrefix } from './key-format.ts'

export interface NewApiKey {
  /** For recognition: 1 to 100 characters. */
  name: string
  /** Null for all scopes. */
  scopes: readonly ApiKeyScope[] | null
  /** Null for all accounts of the user. */
  accountIds: readonly string[] | null
  /** Null for all graphs of the accounts. */
  graphIds: readonly string[] | null
  /** Null for a key that does not expire. */
  expiresAt: Date | null
}

interface ApiKeyFilter {
  isExpired?: boolean | undefined
  /** Only keys that are limited to some of these accounts. */
  accountIds?: readonly string[] | undefined
}

export type ApiKeyRequest = PageRequest<ApiKeyFilter, 'CREATED_AT'>

/**
 * The keys with which programs authenticate as users. A key may do at most what its user may do when it is used. The
 * methods do not check what the caller may do: see `KeyAccess`.
 */
export interface ApiKeys {
  /** Makes a key of another format valid, without limits. An existing key is not changed. */
  allow(userId: string, key: string, name: string): Promise<void>
  /** @returns the key as its user sees it, and the secret, which is not stored. @throws CONFLICT at 100 keys */
  create(userId: string, key: NewApiKey): Promise<{ apiKey: ApiKey; secret: string }>
  list(userId: string, request: ApiKeyRequest): Promise<Page<ApiKey>>
  /** The keys of the user with these ids. */
  find(userId: string, ids: readonly string[]): Promise<Map<string, ApiKey>>
  /** Ends a key in every process. @returns the key; undefined when the user has no such key */
  revoke(userId: string, id: string): Promise<ApiKey | undefined>
}

/** Of one user. Expired keys count until they are revoked. */
const MAX_KEYS = 100

/** @param forget is called after the keys of a user have changed */
export function createApiKeys(database: Database, forget: (userId: string) => void): ApiKeys {
  const { fork, pool } = database
  return {
    async allow(userId, key, name) {
      const limits = { prefix: null, scopes: null, accountIds: null, graphIds: null, expiresAt: null, lastUsedAt: null }
      const row = { id: randomUUIDv7(), hash: hashKey(key), userId, name, createdAt: new Date(), ...limits }
      await fork().upsert(ApiKey, row, { onConflictFields: ['hash'], onConflictAction: 'ignore' })
    },
    create: (userId, key) => create(database, userId, key),
    async list(userId, request) {
      const { isExpired, accountIds } = request.filter
      const source = {
        table: 'api_key',
        parentColumn: 'user_id',
        sort: { sql: 't.created_at', type: 'timestamptz' as const },
        conditions: [
          ...(isExpired === undefined ? [] : [where`(coalesce(t.expires_at, 'infinity') <= now()) = ${isExpired}`]),
          ...(accountIds === undefined ? [] : [where`t.account_ids <@ ${accountIds}::uuid[]`]),
        ],
      }
      const page = (await listRows<{ id: string }>(pool, source, [userId], request)).get(userId)
      const em = fork()
      return mapPage(page ?? { items: [], hasMore: false }, (row) => em.map(ApiKey, row))
    },
    async find(userId, ids) {
      const keys = await fork().find(ApiKey, { userId, id: { $in: ids.filter(isUuid) } })
      return new Map(keys.map((key) => [key.id, key]))
    },
    async revoke(userId, id) {
      if (!isUuid(id)) return undefined
      const text = 'delete from api_key where user_id = $1 and id = $2 returning *'
      const [row] = (await pool.query<{ id: string }>(text, [userId, id])).rows
      forget(userId)
      return row && fork().map(ApiKey, row)
    },
  }
}

async function create({ transact, fork }: Database, userId: string, key: NewApiKey): Promise<{ apiKey: ApiKey; secret: string }> {
  const secret = createKey()
  const row = await transact(async (client) => {
    await client.query('select from app_user where id = $1 for no key update', [userId]) // one creation at a time
    const existing = await client.query('select from api_key where user_id = $1', [userId])
    if ((existing.rowCount ?? 0) >= MAX_KEYS)
      throw new AshlarError('CONFLICT', `you have ${MAX_KEYS} API keys, the limit: revoke one of them first`)
    const { rows } = await client.query<{ id: string }>(
      `insert into api_key (id, hash, user_id, name, prefix, scopes, account_ids, graph_ids, created_at, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning *`,
      [
        randomUUIDv7(),
        hashKey(secret),
        userId,
        key.name,
        keyPrefix(secret),
        key.scopes,
        key.accountIds,
        key.graphIds,
        new Date(),
        key.expiresAt,
      ],
    )
    return rows[0]
  })
  if (!row) throw new Error('the key was not stored')
  return { apiKey: fork().map(ApiKey, row), secret }
}
