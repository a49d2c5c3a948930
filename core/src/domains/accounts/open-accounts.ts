import type { Database } from '../../postgres/index.ts'
import { createAccounts, type Accounts } from './accounts.ts'
import { createBrowserSessions, type BrowserSessions } from './browser-sessions.ts'
import { Account, ApiKey, Identity, Invitation, Member, User } from './entities.ts'
import { createIdentities, type Identities } from './identities.ts'
import { createUsers, type Users } from './users.ts'

export const ACCOUNT_ENTITIES = [User, Identity, ApiKey, Account, Member, Invitation]

/** The services of this domain. */
export interface OpenAccounts {
  users: Users
  /** Finds the users of identities of other issuers. */
  identities: Identities
  /** Personal accounts, and organizations with their members. */
  accounts: Accounts
  /** Sessions of logged-in browsers. */
  browserSessions: BrowserSessions
}

/** @param forget is called after the sessions of a user have changed */
export function openAccounts(database: Database, forget: (userId: string) => void): OpenAccounts {
  return {
    users: createUsers(database.fork),
    identities: createIdentities(database.fork),
    accounts: createAccounts(database),
    browserSessions: createBrowserSessions(database, forget),
  }
}
