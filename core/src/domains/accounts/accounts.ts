import { createHash, randomUUIDv7 } from 'node:crypto'
import type { EntityManager } from '@mikro-orm/postgresql'
import { ApiKey, User } from './entities.ts'

/** The users of this installation and their API keys. */
export interface Accounts {
  /** Returns the owner of the installation, and creates it at the first start. */
  ensureOwner(): Promise<User>
  /** Makes a key valid for a user. An existing key is not changed. */
  allowKey(userId: string, key: string, name: string): Promise<void>
  /** @returns the user of the key, undefined when the key is invalid */
  authenticate(key: string): Promise<User | undefined>
  find(ids: readonly string[]): Promise<Map<string, User>>
}

/** Time for which the user of a key is cached. */
const REMEMBER_MS = 10_000
const MAX_REMEMBERED = 1000

export function createAccounts(fork: () => EntityManager): Accounts {
  const remembered = new Map<string, { user: User; until: number }>()
  return {
    async ensureOwner() {
      return fork().transactional(async (em) => {
        await em.execute(`select pg_advisory_xact_lock(hashtext('ashlar.owner'))`)
        const owner = await em.findOne(User, { role: 'OWNER' })
        return owner ?? em.create(User, { id: randomUUIDv7(), name: 'Owner', role: 'OWNER', createdAt: new Date() })
      })
    },
    async allowKey(userId, key, name) {
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
    async find(ids) {
      const users = await fork().find(User, { id: { $in: [...ids] } })
      return new Map(users.map((user) => [user.id, user]))
    },
  }
}

/** Keys have 256 random bits, so a fast hash is sufficient. */
function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}
