import type { Caller } from '../accounts/index.ts'

/** Who pays for the operations of a caller. */
export interface CostPayer {
  /** The bucket of the key; that of the user for a browser session or a token of another issuer. */
  own: string
  /** The bucket of the account. Undefined if the key is limited to several accounts. */
  account: string | undefined
}

/**
 * Finds who pays for the operations of a caller: the key, and its account. That is the only account of the caller, or
 * else the personal one.
 *
 * @returns undefined for the owner of the installation, who is not limited, except with a key that has scopes
 */
export function findPayer({ user, keyId, scopes, roles }: Caller): CostPayer | undefined {
  if (user.role === 'OWNER' && !scopes) return undefined
  const [first] = roles.keys()
  const accountId = roles.size === 1 ? first : roles.has(user.id) ? user.id : undefined
  return {
    own: keyId === undefined ? `user:${user.id}` : `key:${keyId}`,
    account: accountId === undefined ? undefined : `account:${accountId}`,
  }
}
