import type { ForeignIdentity } from '@ashlar/core'
import type { JWTPayload } from 'jose'
import { RejectedToken } from './rejected-token.ts'
import type { TokenIssuer } from '../../base/token-issuer.ts'

/**
 * Reads the person from the claims of a verified token.
 *
 * @throws {RejectedToken} when the claim that identifies the person is missing
 */
export function readIdentity(
  claims: JWTPayload,
  { issuer, userClaim, emailsAreVerified }: Pick<TokenIssuer, 'issuer' | 'userClaim' | 'emailsAreVerified'>,
): ForeignIdentity {
  const subject = findClaim(claims, userClaim)
  if (typeof subject !== 'string' || subject === '') throw new RejectedToken(`its claim "${userClaim}" must be a text`)
  const { email, email_verified: verified, name, preferred_username: username } = claims
  return {
    issuer,
    subject,
    email: typeof email === 'string' ? email : undefined,
    // Some issuers write a text. Claims that users can change, such as `user_metadata` of Supabase, do not count.
    emailVerified: verified === undefined ? emailsAreVerified : verified === true || verified === 'true',
    name: [name, username].find((each) => typeof each === 'string' && each !== '') as string | undefined,
  }
}

/**
 * Reads the texts of a claim that is a list, or one text with spaces, as `scope` is.
 *
 * @returns none if the claim is missing
 */
export function readTexts(claims: JWTPayload, name: string): string[] {
  const value = findClaim(claims, name)
  const items: unknown[] = typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : []
  return items.filter((item) => typeof item === 'string')
}

/** Finds a claim by its name (`https://ashlar.example/roles`) or by its path (`resource_access.ashlar.roles`). */
function findClaim(claims: JWTPayload, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name]
  return name.split('.').reduce<unknown>((at, key) => (isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined), claims)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
