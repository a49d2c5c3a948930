import type { EntityManager } from '@mikro-orm/postgresql'
import type { Caller } from './caller.ts'
import { Member, User } from './entities.ts'

/** Determines what users may do. */
export interface Callers {
  /** A caller who may do everything that the user may do. */
  ofUser(user: User): Promise<Caller>
  /** Like {@link ofUser}. @returns undefined when there is no such user */
  ofUserId(userId: string): Promise<Caller | undefined>
}

export function createCallers(fork: () => EntityManager): Callers {
  const ofUser: Callers['ofUser'] = async (user) => {
    const members = await fork().find(Member, { userId: user.id })
    return { user, roles: new Map(members.map(({ accountId, role }) => [accountId, role])) }
  }
  return {
    ofUser,
    async ofUserId(userId) {
      const user = await fork().findOne(User, { id: userId })
      return user ? ofUser(user) : undefined
    },
  }
}
