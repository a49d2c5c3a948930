import type { Database, Notifications } from '../../postgres/index.ts'
import { openAccounts, type OpenAccounts } from '../accounts/index.ts'
import { createSignIn, type SignIn } from './sign-in.ts'

/** The services of users: their accounts, and how they sign in. */
export interface OpenUsers extends OpenAccounts {
  /** Signing in with an e-mail address and a password. */
  signIn: SignIn
}

/** @param undo receives functions that close what was opened */
export function openUsers(
  database: Database,
  notifications: Notifications,
  onError: (error: unknown) => void,
  undo: (() => void)[],
): OpenUsers {
  return { ...openAccounts(database, notifications, onError, undo), signIn: createSignIn(database) }
}
