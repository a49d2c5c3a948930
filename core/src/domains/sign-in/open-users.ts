import type { Database, Notifications } from '../../postgres/index.ts'
import { openAccounts, type OpenAccounts } from '../accounts/index.ts'
import { createApiKeys, createCallers, type ApiKeys, type Callers } from '../callers/index.ts'
import { createIdempotencyKeys, type IdempotencyKeys } from '../idempotency/index.ts'
import { createSignIn, type SignIn } from './sign-in.ts'

/** The services of users: their accounts, their keys, and how they sign in. */
export interface OpenUsers extends OpenAccounts {
  apiKeys: ApiKeys
  /** What users may do. */
  callers: Callers
  /** The keys with which users repeat mutations safely. */
  idempotencyKeys: IdempotencyKeys
  /** Signing in with an e-mail address and a password. */
  signIn: SignIn
}

/** @param undo receives functions that close what was opened */
export function openUsers(
  database: Database,
  notifications: Notifications,
  onError: (error: unknown) => void,
  undo: (() => Promise<void> | void)[],
): OpenUsers {
  const callers = createCallers(database, notifications, onError)
  undo.push(() => callers.close())
  return {
    ...openAccounts(database, callers.forget),
    apiKeys: createApiKeys(database, callers.forget),
    callers,
    idempotencyKeys: createIdempotencyKeys(database, onError),
    signIn: createSignIn(database, callers.forget),
  }
}
