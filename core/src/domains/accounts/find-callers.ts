import type { EntityManager } from '@mikro-orm/postgresql'
import type { Caller } from './caller.ts'
import { Member, type User } from './entities.ts'

/** Determines what users may do. */
export interface Callers {
  /** A caller who may do everything that the user may do. */
  ofUser(user: User): Promise<Caller>
}

export function createCallers(fork: () => EntityManager): Callers {
  return {
    async ofUser(user) {
      const members = await fork().find(Member, { userId: user.id })
      return { user, roles: new Map(members.map(({ accountId, role }) => [accountId, role])) }
    },
  }
}
