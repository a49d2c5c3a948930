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
  /** The users with these ids who share an account with the user, among them the user. */
  findVisible(userId: string, ids: readonly string[]): Promise<Map<string, User>>
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
    async findVisible(userId, ids) {
      const em = fork()
      const own = await em.find(Member, { userId })
      const shared = await em.find(Member, {
        userId: { $in: ids.filter(isUuid) },
        accountId: { $in: own.map(({ accountId }) => accountId) },
      })
      return find([...new Set(shared.map((member) => member.userId))])
    },
  }
}

async function addUser(em: EntityManager, name: string, role: User['role']): Promise<User> {
  const [id, now] = [randomUUIDv7(), new Date()]
  const user = em.create(User, { id, name, role, createdAt: now })
  em.create(Account, { id, kind: 'PERSONAL', name, createdAt: now })
  await em.flush() // the member refers to both
  em.create(Member, { id: randomUUIDv7(), accountId: id, userId: id, role: 'OWNER', joinedAt: now })
  return user
}
