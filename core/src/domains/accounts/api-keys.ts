import { createHash } from 'node:crypto'
import type { EntityManager } from '@mikro-orm/postgresql'
import { ApiKey, User } from './entities.ts'

/** The keys with which programs authenticate as users. */
export interface ApiKeys {
  /** Makes a key valid for a user. An existing key is not changed. */
  allow(userId: string, key: string, name: string): Promise<void>
  /** @returns the user of the key, undefined when the key is invalid */
  authenticate(key: string): Promise<User | undefined>
}

/** Time for which the user of a key is cached. */
const REMEMBER_MS = 10_000
const MAX_REMEMBERED = 1000

export function createApiKeys(fork: () => EntityManager): ApiKeys {
  const remembered = new Map<string, { user: User; until: number }>()
  return {
    async allow(userId, key, name) {
      const row = { hash: hashKey(key), userId, name, createdAt: new Date() }
      await fork().upsert(ApiKey, row, { onConflictFields: ['hash'], onConflictAction: 'ignore' })
    },
    async authenticate(key) {
      const hash = hashKey(key)
      const cached = remembered.get(hash)
      if (cached && cached.until > Date.now()) return cached.user
      const em = fork()
      const row = await em.findOne(ApiKey, { hash })
      const user = row && (await em.findOne(User, { id: row.userId }))
      if (!user) return undefined
      if (remembered.size >= MAX_REMEMBERED) remembered.clear()
      remembered.set(hash, { user, until: Date.now() + REMEMBER_MS })
      return user
    },
  }
}

/** Keys have 256 random bits, so a fast hash is sufficient. */
function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}
