import { createHash, randomBytes } from 'node:crypto'
import type pg from 'pg'

// A link lets the person who receives it set a password, once: of a new user (SIGN_UP) or of an existing one (RESET).
// The database stores the SHA-256 of its token. The token has 256 random bits, so a fast hash is sufficient.

export type SignInLinkKind = 'SIGN_UP' | 'RESET'

export interface NewSignInLink {
  kind: SignInLinkKind
  email: string
  /** Whether the link is sent to the address, so that using it proves that the user receives mail there. */
  verifiesEmail: boolean
  /** SHA-256 of the token of the organization's invitation that the new user accepts. */
  invitationHash?: string | undefined
}

interface SignInLink {
  kind: SignInLinkKind
  email: string
  verifiesEmail: boolean
  invitationHash: string | null
}

const HOURS: Record<SignInLinkKind, number> = { SIGN_UP: 24, RESET: 1 }

/** What can run a statement: a pool, or the connection of a transaction. */
type Runner = Pick<pg.Pool, 'query'> | Pick<pg.PoolClient, 'query'>

/** Stores a link. @returns its token, which is not stored */
export async function insertLink(runner: Runner, link: NewSignInLink): Promise<{ token: string; expiresAt: Date }> {
  await runner.query('delete from sign_in_link where expires_at < now()')
  const token = randomBytes(32).toString('base64url')
  const expiresAt = new Date(Date.now() + HOURS[link.kind] * 3_600_000)
  const { kind, email, verifiesEmail, invitationHash = null } = link
  const values = [hashToken(token), kind, email, verifiesEmail, invitationHash, expiresAt]
  await runner.query('insert into sign_in_link values ($1, $2, $3, $4, $5, $6)', values)
  return { token, expiresAt }
}

/**
 * Deletes a link and returns it. Of concurrent callers, one receives it.
 *
 * @returns undefined when the token is unknown, used or expired, or belongs to a link of another kind
 */
export async function takeLink(runner: Runner, kind: SignInLinkKind, token: string): Promise<SignInLink | undefined> {
  const { rows } = await runner.query<SignInLink>(
    `delete from sign_in_link where hash = $1 and kind = $2 and expires_at > now()
     returning kind, email, verifies_email as "verifiesEmail", invitation_hash as "invitationHash"`,
    [hashToken(token), kind],
  )
  return rows[0]
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
