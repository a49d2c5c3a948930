import { randomUUIDv7 } from 'node:crypto'
import type pg from 'pg'
import { AshlarError } from '../../base/index.ts'
import type { Database } from '../../postgres/index.ts'
import { acceptFor, endSessions, hashInvitationToken, invitationNotUsable } from '../accounts/index.ts'
import { parseEmail, parseUserName } from './fields.ts'
import { takeLink } from './links.ts'
import { hashPassword } from './passwords.ts'

export interface NewUser {
  /** 1 to 100 characters. */
  name: string
  /** 12 to 256 characters. */
  password: string
}

interface StoredUser {
  name: string
  email: string
  emailVerified: boolean
  /** The Argon2 hash of the password. */
  hash: string
}

/** See `SignIn.signUpInvited`. */
export async function signUpInvited(
  { transact }: Database,
  { email: given, name: givenName, password, invitation }: NewUser & { email: string; invitation: string },
): Promise<{ userId: string }> {
  const [email, name] = [parseEmail(given), parseUserName(givenName)]
  const hash = await hashPassword(password)
  return transact(async (client) => {
    // The invitation comes first, so that only its holder learns whether a user has the address.
    const invitationHash = hashInvitationToken(invitation)
    const text = 'select from invitation where hash = $1 and expires_at > now() for update'
    if ((await client.query(text, [invitationHash])).rowCount !== 1) throw invitationNotUsable('invitation')
    const userId = await insertUser(client, { name, email, emailVerified: false, hash })
    await acceptFor(client, userId, invitationHash)
    return { userId }
  })
}

/** See `SignIn.completeSignUp`. */
export async function completeSignUp(
  { transact }: Database,
  token: string,
  { name: givenName, password }: NewUser,
): Promise<{ userId: string }> {
  const name = parseUserName(givenName)
  const hash = await hashPassword(password)
  return transact(async (client) => {
    const link = await takeLink(client, 'SIGN_UP', token)
    if (!link) throw linkNotFound()
    const { email, verifiesEmail, invitationHash } = link
    const userId = await insertUser(client, { name, email, emailVerified: verifiesEmail, hash })
    if (invitationHash !== null) await acceptFor(client, userId, invitationHash)
    return { userId }
  })
}

/** See `SignIn.completeReset`. */
export async function completeReset({ transact }: Database, token: string, password: string): Promise<{ userId: string }> {
  const hash = await hashPassword(password)
  return transact(async (client) => {
    const link = await takeLink(client, 'RESET', token)
    if (!link) throw linkNotFound()
    const { rows } = await client.query<{ id: string; is_newly_verified: boolean }>(
      `update app_user u set email_verified = old.email_verified or $2
       from (select id, email_verified from app_user where email = $1 for update) old where u.id = old.id
       returning u.id, $2 and not old.email_verified as is_newly_verified`,
      [link.email, link.verifiesEmail],
    )
    const [found] = rows
    if (!found) throw linkNotFound()
    const userId = found.id
    if (found.is_newly_verified) await endAccessOfOthers(client, userId)
    const text = `insert into password values ($1, $2, now())
       on conflict (user_id) do update set hash = excluded.hash, changed_at = excluded.changed_at`
    await client.query(text, [userId, hash])
    await client.query(`delete from sign_in_link where email = $1 and kind = 'RESET'`, [link.email])
    await client.query('delete from login_token where user_id = $1', [userId])
    await endSessions(client, 'user_id = $1', [userId])
    return { userId }
  })
}

/** A person who does not own the address may have signed up with it, because nobody had verified it. */
async function endAccessOfOthers(client: pg.PoolClient, userId: string): Promise<void> {
  await client.query('delete from api_key where user_id = $1 and prefix is not null', [userId])
  await client.query('delete from identity where user_id = $1', [userId])
}

/** @throws {AshlarError} CONFLICT when a user has the address */
async function insertUser(client: pg.PoolClient, { name, email, emailVerified, hash }: StoredUser): Promise<string> {
  const id = randomUUIDv7()
  const { rowCount } = await client.query(
    `insert into app_user (id, name, role, created_at, email, email_verified) values ($1, $2, 'MEMBER', now(), $3, $4)
     on conflict (email) do nothing`,
    [id, name, email, emailVerified],
  )
  if (rowCount !== 1)
    throw new AshlarError('CONFLICT', 'a user has this e-mail address: sign in', { details: { path: ['email'] } })
  await client.query(`insert into account (id, kind, name, created_at) values ($1, 'PERSONAL', $2, now())`, [id, name])
  await client.query(`insert into member (id, account_id, user_id, role, joined_at) values ($1, $2, $2, 'OWNER', now())`, [
    randomUUIDv7(),
    id,
  ])
  await client.query('insert into password values ($1, $2, now())', [id, hash])
  return id
}

function linkNotFound(): AshlarError {
  return new AshlarError('NOT_FOUND', 'this link has been used, has expired or is unknown: ask for a new one')
}
