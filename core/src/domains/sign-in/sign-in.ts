import { AshlarError, normalizeEmail } from '../../base/index.ts'
import type { Database } from '../../postgres/index.ts'
import {
  hashInvitationToken,
  insertSession,
  invitationNotUsable,
  type Device,
  type NewBrowserSession,
} from '../accounts/index.ts'
import { parseEmail } from './fields.ts'
import { insertLink, type SignInLinkKind } from './links.ts'
import { hashPassword, isOutdatedHash, verifyPassword } from './passwords.ts'
import { completeReset, completeSignUp, signUpInvited, type NewUser } from './set-password.ts'

// A user signs in with an e-mail address and a password. Links set the password: one that is sent to the address of a
// new user (SIGN_UP) or of an existing user (RESET), or one that an administrator creates. A user is created when the
// link is used, so a person cannot occupy the address of another one. Without mail, the holder of an organization's
// invitation creates the user directly, with an address that is not verified.

/** Who may create a user: everyone with an e-mail address, the holders of an invitation, or only an administrator. */
export const SIGN_UP_POLICIES = ['open', 'invitation', 'closed'] as const
export type SignUpPolicy = (typeof SIGN_UP_POLICIES)[number]

/** A mail to send. The answer to the request must not depend on it. */
export type SignInMail =
  | { kind: SignInLinkKind; to: string; token: string; expiresAt: Date }
  /** Informs a user about an attempt to sign up with the address. */
  | { kind: 'ALREADY_USER'; to: string }

/** Signing in with an e-mail address and a password. */
export interface SignIn {
  /**
   * Opens a session. Takes the same time for an unknown address, a user without a password and a wrong password.
   *
   * @returns undefined when the address or the password is wrong
   */
  open(credentials: { email: string; password: string }, device: Device): Promise<NewBrowserSession | undefined>
  /**
   * @param invitation the token of an organization's invitation
   * @returns the mail to send to the address
   * @throws {AshlarError} BAD_INPUT, FORBIDDEN when the policy does not allow it
   */
  requestSignUp(policy: SignUpPolicy, request: { email: string; invitation?: string | undefined }): Promise<SignInMail>
  /** @returns undefined when no user has the address @throws {AshlarError} BAD_INPUT */
  requestReset(email: string): Promise<SignInMail | undefined>
  /**
   * Creates a user with an address that is not verified. The user accepts the invitation. Of concurrent calls with the
   * same invitation, one succeeds.
   *
   * @throws {AshlarError} BAD_INPUT, FORBIDDEN when the policy does not allow it, NOT_FOUND for an invitation that
   * cannot be accepted, CONFLICT when a user has the address
   */
  signUpInvited(policy: SignUpPolicy, user: NewUser & { email: string; invitation: string }): Promise<{ userId: string }>
  /**
   * Creates a link for an administrator to send. It does not verify the address.
   *
   * @throws {AshlarError} BAD_INPUT, NOT_FOUND for a RESET when no user has the address, CONFLICT for a SIGN_UP when a
   * user has it
   */
  createLink(kind: SignInLinkKind, email: string): Promise<{ token: string; expiresAt: Date }>
  /** Creates the user of a SIGN_UP link. @throws {AshlarError} BAD_INPUT NOT_FOUND CONFLICT */
  completeSignUp(token: string, user: NewUser): Promise<{ userId: string }>
  /**
   * Sets the password of the user of a RESET link, and ends all sessions of the user. If the link verifies the address
   * for the first time, it also ends the API keys and the identities of the user: another person may have made them.
   *
   * @throws {AshlarError} BAD_INPUT NOT_FOUND
   */
  completeReset(token: string, password: string): Promise<{ userId: string }>
}

/** @param forget is called after a user may do less, or the sessions of a user have ended */
export function createSignIn(database: Database, forget: (userId: string) => void): SignIn {
  const { pool } = database
  return {
    open: (credentials, device) => open(database, credentials, device),
    async requestSignUp(policy, { email: given, invitation }) {
      const email = parseEmail(given)
      const invitationHash = invitation === undefined ? undefined : await requireInvitation(database, invitation)
      assertPolicy(policy, invitationHash !== undefined)
      const link = await insertLink(pool, { kind: 'SIGN_UP', email, verifiesEmail: true, invitationHash })
      // After the insert, so that the time of the answer does not reveal whether a user has the address.
      if (await hasUser(database, email)) return { kind: 'ALREADY_USER', to: email }
      return { kind: 'SIGN_UP', to: email, ...link }
    },
    async requestReset(given) {
      const email = parseEmail(given)
      const link = await insertLink(pool, { kind: 'RESET', email, verifiesEmail: true })
      return (await hasUser(database, email)) ? { kind: 'RESET', to: email, ...link } : undefined
    },
    async signUpInvited(policy, user) {
      assertPolicy(policy, true)
      return signUpInvited(database, user)
    },
    async createLink(kind, given) {
      const email = parseEmail(given)
      const exists = await hasUser(database, email)
      if (kind === 'RESET' && !exists) throw new AshlarError('NOT_FOUND', 'no user has this e-mail address: invite the person')
      if (kind === 'SIGN_UP' && exists)
        throw new AshlarError('CONFLICT', 'a user has this e-mail address: create a link that resets the password')
      return insertLink(pool, { kind, email, verifiesEmail: false })
    },
    completeSignUp: (token, user) => completeSignUp(database, token, user),
    async completeReset(token, password) {
      const { userId } = await completeReset(database, token, password)
      forget(userId)
      return { userId }
    },
  }
}

async function open(
  { pool, transact }: Database,
  { email, password }: { email: string; password: string },
  device: Device,
): Promise<NewBrowserSession | undefined> {
  const { rows } = await pool.query<{ userId: string; hash: string }>(
    `select u.id as "userId", p.hash from app_user u join password p on p.user_id = u.id where u.email = $1`,
    [normalizeEmail(email)],
  )
  const [found] = rows
  if (!(await verifyPassword(found?.hash, password)) || !found) return undefined
  const hash = isOutdatedHash(found.hash) ? await hashPassword(password) : found.hash
  return transact(async (client) => {
    // A reset that has committed since the password was read has changed the hash.
    const text = 'update password set hash = $3 where user_id = $1 and hash = $2'
    const { rowCount } = await client.query(text, [found.userId, found.hash, hash])
    return rowCount === 1 ? insertSession(client, found.userId, device) : undefined
  })
}

async function hasUser({ pool }: Database, email: string): Promise<boolean> {
  return (await pool.query('select from app_user where email = $1', [email])).rowCount === 1
}

async function requireInvitation({ pool }: Database, token: string): Promise<string> {
  const hash = hashInvitationToken(token)
  const { rowCount } = await pool.query('select from invitation where hash = $1 and expires_at > now()', [hash])
  if (rowCount === 1) return hash
  throw invitationNotUsable('invitation')
}

function assertPolicy(policy: SignUpPolicy, isInvited: boolean): void {
  if (policy === 'open' || (policy === 'invitation' && isInvited)) return
  const message =
    policy === 'closed'
      ? 'this server does not accept new users: ask its administrator for a link'
      : 'this server accepts new users by invitation: ask a member of an organization or an administrator for one'
  throw new AshlarError('FORBIDDEN', message)
}
