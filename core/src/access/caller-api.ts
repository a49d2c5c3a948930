import type { Caller } from '../domains/accounts/index.ts'
import { AccountAccess, type AccountServices } from './account-access.ts'
import { CredentialAccess, type CredentialServices } from './credential-access.ts'
import { ExecutionAccess, type ExecutionServices } from './execution-access.ts'
import { GraphAccess, type GraphServices } from './graph-access.ts'
import { IdempotencyAccess, type IdempotencyServices, type Repeatable } from './idempotency-access.ts'
import { KeyAccess, type KeyServices } from './key-access.ts'
import { PluginAccess, type PluginServices } from './plugin-access.ts'
import { SessionAccess, type SessionServices } from './session-access.ts'

/**
 * What a caller may do. Each domain has one class, which is the only place that checks scopes and roles. An object
 * of an account that the caller may not use is treated as one that does not exist.
 */
export interface CallerApi {
  accounts: AccountAccess
  credentials: CredentialAccess
  executions: ExecutionAccess
  graphs: GraphAccess
  idempotency: IdempotencyAccess<CallerApi>
  keys: KeyAccess
  plugins: PluginAccess
  sessions: SessionAccess
}

/** How the result of an operation is stored, and loaded for a repetition. */
export type RepeatableResult<Result> = Repeatable<Result, CallerApi>

export type CallerServices = AccountServices &
  CredentialServices &
  ExecutionServices &
  GraphServices &
  IdempotencyServices &
  KeyServices &
  PluginServices &
  SessionServices

export function createCallerApi(services: CallerServices, caller: Caller): CallerApi {
  return {
    accounts: new AccountAccess(services, caller),
    credentials: new CredentialAccess(services, caller),
    executions: new ExecutionAccess(services, caller),
    graphs: new GraphAccess(services, caller),
    idempotency: new IdempotencyAccess(services, caller, (other) => createCallerApi(services, other)),
    keys: new KeyAccess(services, caller),
    plugins: new PluginAccess(services, caller),
    sessions: new SessionAccess(services, caller),
  }
}
