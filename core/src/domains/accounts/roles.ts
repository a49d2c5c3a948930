import { AshlarError } from '../../base/index.ts'
import { ACCOUNT_ROLES, type AccountRole } from './entities.ts'

/** Whether a role includes the power of another one. */
export function includesRole(role: AccountRole, needed: AccountRole): boolean {
  return ACCOUNT_ROLES.indexOf(role) >= ACCOUNT_ROLES.indexOf(needed)
}

/** @param purpose completes "to …", such as `invite members` */
export function roleTooLow(own: AccountRole, needed: AccountRole, purpose: string): AshlarError {
  const message = `your role in the account is ${own}, but it must be at least ${needed} to ${purpose}: ask an OWNER of the account to change your role`
  return new AshlarError('FORBIDDEN', message)
}

export function accountNotFound(path: readonly string[] = ['accountId']): AshlarError {
  return new AshlarError('NOT_FOUND', 'there is no account with this id', { details: { path } })
}
