import { randomUUIDv7 } from 'node:crypto'
import type { EntityManager } from '@mikro-orm/postgresql'
import { isUuid } from '../../base/index.ts'
import { Account, Member, User } from './entities.ts'

/** The users of this installation. */
export interface Users {
  /** Returns the owner of the installation, and creates it at the first start. */
  ensureOwner(): Promise<User>
  /** Creates a user and the personal account of the user, which has the same id. */
  create(name: string): Promise<User>
  find(ids: readonly string[]): Promise<Map<string, User>>
  /** The users with these ids who are members of one of the accounts, and the user `userId`. */
  findVisible(accountIds: readonly string[], ids: readonly string[], userId: string): Promise<Map<string, User>>
}

export function createUsers(fork: () => EntityManager): Users {
  const find: Users['find'] = async (ids) => {
    const users = await fork().find(User, { id: { $in: ids.filter(isUuid) } })
    return new Map(users.map((user) => [user.id, user]))
  }
  return {
    ensureOwner: () =>
      fork().transactional(async (em) => {
        await em.execute(`select pg_advisory_xact_lock(hashtext('ashlar.owner'))`)
        return (await em.findOne(User, { role: 'OWNER' })) ?? addUser(em, 'Owner', 'OWNER')
      }),
    create: (name) => fork().transactional((em) => addUser(em, name, 'MEMBER')),
    find,
    async findVisible(accountIds, ids, userId) {
      const wanted = { userId: { $in: ids.filter(isUuid) }, accountId: { $in: [...accountIds] } }
      const members = await fork().find(Member, wanted)
      return find([...new Set([...members.map((member) => member.userId), ...ids.filter((id) => id === userId)])])
    },
  }
}

/**
 * Creates a user with a personal account.
 *
 * @param verifiedEmail an address that belongs to no other user
 */
export async function addUser(em: EntityManager, name: string, role: User['role'], verifiedEmail?: string): Promise<User> {
  const [id, now] = [randomUUIDv7(), new Date()]
  const email = { email: verifiedEmail ?? null, emailVerified: verifiedEmail !== undefined }
  const user = em.create(User, { id, name, role, createdAt: now, ...email })
  em.create(Account, { id, kind: 'PERSONAL', name, createdAt: now })
  await em.flush() // the member refers to both
  em.create(Member, { id: randomUUIDv7(), accountId: id, userId: id, role: 'OWNER', joinedAt: now })
  return user
}
