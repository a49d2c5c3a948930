import type { Database, Notifications } from '../../postgres/index.ts'
import { createAccounts, type Accounts } from './accounts.ts'
import { createCallers, type Callers } from './find-callers.ts'
import { createApiKeys, type ApiKeys } from './api-keys.ts'
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
  apiKeys: ApiKeys
  callers: Callers
  /** Sessions of logged-in browsers. */
  browserSessions: BrowserSessions
}

/** @param undo receives functions that close what was opened */
export function openAccounts(
  database: Database,
  notifications: Notifications,
  onError: (error: unknown) => void,
  undo: (() => void)[],
): OpenAccounts {
  const users = createUsers(database.fork)
  const browserSessions = createBrowserSessions(database, notifications, users, onError)
  undo.push(browserSessions.close)
  return {
    users,
    identities: createIdentities(database.fork),
    accounts: createAccounts(database),
    apiKeys: createApiKeys(database.fork),
    callers: createCallers(database.fork),
    browserSessions,
  }
}
