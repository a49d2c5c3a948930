import { AshlarError } from '../../base/index.ts'
import type { AccountRole, ApiKeyScope, User } from './entities.ts'
import { accountNotFound, includesRole, roleTooLow } from './roles.ts'

/** A session of a browser. */
export interface BrowserSession {
  /** The hash of its token. */
  id: string
  user: User
  expiresAt: Date
}

/** The sender of a request, and what the sender may do. */
export interface Caller {
  user: User
  /**
   * The role of the user in each account that the caller may use, by account id. Grows when the caller creates or joins
   * an account.
   */
  roles: Map<string, AccountRole>
  /** The accounts to which the key is limited. Undefined for all accounts of the user. */
  accountIds?: ReadonlySet<string>
  /** The scopes of the key. Undefined if the caller may do everything that the user may do. */
  scopes?: ReadonlySet<ApiKeyScope>
  /** The graphs to which the key is limited. Undefined for all graphs of the accounts. */
  graphIds?: ReadonlySet<string>
  /** The API key that authenticated the caller. */
  keyId?: string
  /** The browser session that authenticated the caller. */
  session?: BrowserSession
  /** When the key or the token that authenticated the caller expires. */
  expiresAt?: Date
  /** The administrator who acts as the user. */
  actor?: User
  /** The last change of what callers may do that is included. Only for the service of callers. */
  asOf?: number
}

/** The account that a request names. */
export interface InAccount {
  /** @default the personal account of the user */
  accountId?: string | undefined
}

/** A role that an operation needs. */
export interface Need {
  role: AccountRole
  /** Completes "to …", such as `change graphs`. */
  purpose: string
}

/** @throws {AshlarError} FORBIDDEN when the key of the caller does not have the scope */
export function requireScope({ scopes }: Caller, scope: ApiKeyScope): void {
  if (!scopes || scopes.has(scope)) return
  const message = `the key of this request does not have the scope ${scope}: use a key that has it`
  throw new AshlarError('FORBIDDEN', message)
}

/**
 * @param purpose completes "to …", such as `create keys`
 * @throws {AshlarError} FORBIDDEN when an administrator acts as the user
 */
export function refuseActor({ actor }: Caller, purpose: string): void {
  if (actor) throw new AshlarError('FORBIDDEN', `an administrator who acts as a user is not allowed to ${purpose}`)
}

/** The accounts that the caller may use. */
export function accountsOf({ roles }: Caller): readonly string[] {
  return [...roles.keys()]
}

/** Whether the caller has at least a role in an account. */
export function hasRole({ roles }: Caller, accountId: string, role: AccountRole): boolean {
  const own = roles.get(accountId)
  return own !== undefined && includesRole(own, role)
}

/**
 * Chooses the account in which something is created or listed.
 *
 * @param accountId from the request. @default the personal account; for a key that is limited to one other account,
 * this account
 * @throws {AshlarError} NOT_FOUND for an account that the caller may not use, FORBIDDEN for a lower role, BAD_INPUT
 * when a key is limited to several accounts and the request names none of them
 */
export function chooseAccount(caller: Caller, accountId: string | undefined, need: Need): string {
  const chosen = accountId ?? defaultAccount(caller)
  assertRole(caller, chosen, need, () => accountNotFound())
  return chosen
}

function defaultAccount({ user, roles }: Caller): string {
  if (roles.has(user.id)) return user.id // the personal account has the id of the user
  const [only, ...others] = roles.keys()
  if (only !== undefined && others.length === 0) return only
  const message =
    only === undefined
      ? 'the key of this request is limited to accounts that you can no longer use'
      : 'the key of this request is limited to several accounts: set "accountId" to one of them'
  throw new AshlarError('BAD_INPUT', message, { details: { path: ['accountId'] } })
}

/** @throws {AshlarError} that of `notFound` for an account that the caller may not use, FORBIDDEN for a lower role */
export function assertRole(caller: Caller, accountId: string, { role, purpose }: Need, notFound: () => AshlarError): void {
  const own = caller.roles.get(accountId)
  if (own === undefined) throw notFound()
  if (!includesRole(own, role)) throw roleTooLow(own, role, purpose)
}

/**
 * Whether the caller may see a graph of an account, or its executions.
 *
 * @param graphId null for a block that runs alone
 */
export function reachesGraph({ graphIds }: Caller, graphId: string | null | undefined): boolean {
  return !graphIds || (graphId != null && graphIds.has(graphId))
}

/** @throws {AshlarError} FORBIDDEN when the key of the caller is limited to graphs */
export function requireAllGraphs({ graphIds }: Caller, purpose: string): void {
  if (graphIds)
    throw new AshlarError('FORBIDDEN', `the key of this request is limited to some graphs: use another key to ${purpose}`)
}
