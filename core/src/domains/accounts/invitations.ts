import { createHash, randomBytes, randomUUIDv7 } from 'node:crypto'
import type pg from 'pg'
import { AshlarError, isUuid } from '../../base/index.ts'
import type { Database } from '../../postgres/index.ts'
import { Invitation, type AccountRole } from './entities.ts'
import { assertMayGive, lockAccount, requireRole } from './members.ts'

export interface NewInvitation {
  role: AccountRole
  /** 1 to 30. @default 7 */
  expiresInDays?: number | undefined
}

const DEFAULT_DAYS = 7
const MAX_DAYS = 30
const MAX_OPEN = 100
const MS_PER_DAY = 24 * 3600 * 1000
const TOKEN_BYTES = 32

/** See `Accounts.invite`. */
export async function invite(
  { transact, fork }: Database,
  userId: string,
  accountId: string,
  { role, expiresInDays = DEFAULT_DAYS }: NewInvitation,
): Promise<{ invitation: Invitation; token: string }> {
  if (!Number.isInteger(expiresInDays) || expiresInDays < 1 || expiresInDays > MAX_DAYS)
    throw new AshlarError('BAD_INPUT', `expiresInDays must be a whole number from 1 to ${MAX_DAYS}, got ${expiresInDays}`, {
      details: { path: ['expiresInDays'] },
    })
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  const now = Date.now()
  const expiresAt = new Date(now + expiresInDays * MS_PER_DAY)
  const row = await transact(async (client) => {
    const kind = await lockAccount(client, accountId)
    assertMayGive(await requireRole(client, userId, accountId, 'ADMIN', 'invite members'), role)
    if (kind !== 'ORGANIZATION') throw conflict('a personal account has one member: create an organization')
    await client.query('delete from invitation where account_id = $1 and expires_at < now()', [accountId])
    const open = await client.query('select from invitation where account_id = $1', [accountId])
    if ((open.rowCount ?? 0) >= MAX_OPEN)
      throw conflict(`the account has ${MAX_OPEN} open invitations, the limit: revoke one of them first`)
    const values = [randomUUIDv7(), accountId, role, hashInvitationToken(token), userId, new Date(now), expiresAt]
    const text = 'insert into invitation values ($1, $2, $3, $4, $5, $6, $7) returning *'
    return (await client.query<{ id: string }>(text, values)).rows[0]
  })
  if (!row) throw new Error('the invitation was not stored')
  return { invitation: fork().map(Invitation, row), token }
}

function conflict(message: string): AshlarError {
  return new AshlarError('CONFLICT', message, { details: { path: ['accountId'] } })
}

/** The invitations that can be accepted, newest first. */
export async function listInvitations({ fork }: Database, accountIds: readonly string[]): Promise<Invitation[]> {
  return fork().find(
    Invitation,
    { accountId: { $in: [...accountIds] }, expiresAt: { $gt: new Date() } },
    { orderBy: { createdAt: 'desc', id: 'desc' } },
  )
}

/** See `Accounts.revokeInvitation`. */
export async function revokeInvitation({ fork, transact }: Database, userId: string, invitationId: string): Promise<Invitation> {
  const row = await transact(async (client) => {
    if (!isUuid(invitationId)) throw invitationNotFound()
    const text = `delete from invitation i where id = $1 and expires_at > now()
       and exists (select from member m where m.account_id = i.account_id and m.user_id = $2) returning *`
    const { rows } = await client.query<{ id: string; account_id: string }>(text, [invitationId, userId])
    const [found] = rows
    if (!found) throw invitationNotFound()
    await requireRole(client, userId, found.account_id, 'ADMIN', 'revoke invitations')
    return found
  })
  return fork().map(Invitation, row)
}

function invitationNotFound(): AshlarError {
  return new AshlarError('NOT_FOUND', 'there is no open invitation with this id', { details: { path: ['invitationId'] } })
}

/** See `Accounts.acceptInvitation`. @returns the id of the account */
export async function acceptInvitation({ transact }: Database, userId: string, token: string): Promise<{ accountId: string }> {
  return transact((client) => acceptFor(client, userId, hashInvitationToken(token)))
}

/** Accepts an invitation in a transaction. Of concurrent callers, one succeeds. */
export async function acceptFor(client: pg.PoolClient, userId: string, invitationHash: string): Promise<{ accountId: string }> {
  const text = 'delete from invitation where hash = $1 and expires_at > now() returning account_id, role'
  const { rows } = await client.query<{ account_id: string; role: AccountRole }>(text, [invitationHash])
  const [found] = rows
  if (!found) throw invitationNotUsable('token')
  const added = await client.query(
    'insert into member values ($1, $2, $3, $4, $5) on conflict (account_id, user_id) do nothing',
    [randomUUIDv7(), found.account_id, userId, found.role, new Date()],
  )
  if (added.rowCount === 0)
    // the invitation remains, because the transaction fails
    throw new AshlarError('CONFLICT', 'you are a member of the account', { details: { path: ['token'] } })
  return { accountId: found.account_id }
}

/** @param field the name of the input that contains the token */
export function invitationNotUsable(field: string): AshlarError {
  const message = 'the invitation does not exist: it was accepted or revoked, or has expired. Ask for a new one'
  return new AshlarError('NOT_FOUND', message, { details: { path: [field] } })
}

/** A token has 256 random bits, so a fast hash is sufficient. */
export function hashInvitationToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
