import { createHash, randomUUIDv7 } from 'node:crypto'
import type { EntityManager } from '@mikro-orm/postgresql'
import { ApiKey, User } from './entities.ts'

/** Who uses this installation, and the keys that say so. */
export interface Accounts {
  /** The installation's owner, made on the first boot. */
  ensureOwner(): Promise<User>
  /** Makes a key valid for a user; a key that is known already stays as it is. */
  allowKey(userId: string, key: string, name: string): Promise<void>
  /** @returns the user the key stands for; undefined when it stands for nobody */
  authenticate(key: string): Promise<User | undefined>
  find(ids: readonly string[]): Promise<Map<string, User>>
}

/** For so long a key that was looked up is not looked up again. */
const REMEMBER_MS = 10_000
const MOST_REMEMBERED = 1000

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
      const row = { hash: hashOf(key), userId, name, createdAt: new Date() }
      await fork().upsert(ApiKey, row, { onConflictFields: ['hash'], onConflictAction: 'ignore' })
    },
    async authenticate(key) {
      const hash = hashOf(key)
      const known = remembered.get(hash)
      if (known && known.until > Date.now()) return known.user
      const em = fork()
      const row = await em.findOne(ApiKey, { hash })
      const user = row && (await em.findOne(User, { id: row.userId }))
      if (!user) return undefined
      if (remembered.size >= MOST_REMEMBERED) remembered.clear()
      remembered.set(hash, { user, until: Date.now() + REMEMBER_MS })
      return user
    },
    async find(ids) {
      const users = await fork().find(User, { id: { $in: [...ids] } })
      return new Map(users.map((user) => [user.id, user]))
    },
  }
}

/** Keys have 256 random bits, so a fast hash is enough. */
function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}
