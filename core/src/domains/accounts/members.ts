import type pg from 'pg'
import { AshlarError, isUuid } from '../../base/index.ts'
import type { Database } from '../../postgres/index.ts'
import { ACCOUNT_ROLES, Member, type AccountRole } from './entities.ts'
import { accountNotFound, includesRole, roleTooLow } from './roles.ts'

/**
 * Checks that a user has at least a role in an account.
 *
 * @param purpose completes "to …", such as `invite members`
 * @returns the role of the user
 * @throws {AshlarError} NOT_FOUND for a user who is not a member, FORBIDDEN
 */
export async function requireRole(
  client: pg.Pool | pg.ClientBase,
  userId: string,
  accountId: string,
  needed: AccountRole,
  purpose: string,
): Promise<AccountRole> {
  const values = [accountId, userId]
  const { rows } = isUuid(accountId)
    ? await client.query<{ role: AccountRole }>('select role from member where account_id = $1 and user_id = $2', values)
    : { rows: [] }
  const role = rows[0]?.role
  if (role === undefined) throw accountNotFound()
  if (!includesRole(role, needed)) throw roleTooLow(role, needed, purpose)
  return role
}

/** Only an OWNER decides who is an OWNER. */
export function assertMayGive(own: AccountRole, role: AccountRole): void {
  if (role === 'OWNER' && own !== 'OWNER') throw roleTooLow(own, 'OWNER', 'decide who is an OWNER')
}

interface MemberRow {
  id: string
  account_id: string
  user_id: string
  role: AccountRole
  kind: string
}

/**
 * Changes the role of a member, or removes the member.
 *
 * @param role undefined to remove the member
 * @returns the member, before it was removed or after the change
 * @throws {AshlarError} NOT_FOUND FORBIDDEN CONFLICT
 */
export async function changeMember(
  { transact, fork }: Database,
  userId: string,
  memberId: string,
  role: AccountRole | undefined,
): Promise<Member> {
  const row = await transact(async (client) => {
    const member = await lockMember(client, userId, memberId)
    await assertMayChange(client, userId, member, role)
    if (member.role === 'OWNER' && role !== 'OWNER') await assertNotLastOwner(client, member)
    await endInvitations(client, member, role)
    const text =
      role === undefined
        ? 'delete from member where id = $1 returning *'
        : 'update member set role = $2 where id = $1 returning *'
    return (await client.query<{ id: string }>(text, role === undefined ? [memberId] : [memberId, role])).rows[0]
  })
  if (!row) throw memberNotFound()
  return fork().map(Member, row)
}

/** Ends the invitations of a member that the new role does not allow. Otherwise the member could accept them later. */
async function endInvitations(client: pg.ClientBase, member: MemberRow, role: AccountRole | undefined): Promise<void> {
  const isAdmin = role !== undefined && includesRole(role, 'ADMIN')
  const kept = isAdmin ? ACCOUNT_ROLES.filter((each) => each !== 'OWNER' || role === 'OWNER') : []
  const text = 'delete from invitation where account_id = $1 and invited_by = $2 and not (role = any($3))'
  await client.query(text, [member.account_id, member.user_id, kept])
}

/** Locks an account against other changes of its members and invitations. @returns its kind */
export async function lockAccount(client: pg.ClientBase, accountId: string): Promise<string | undefined> {
  if (!isUuid(accountId)) return undefined
  const { rows } = await client.query<{ kind: string }>('select kind from account where id = $1 for no key update', [accountId])
  return rows[0]?.kind
}

/** Locks the account, so that two owners cannot leave it at the same time. */
async function lockMember(client: pg.ClientBase, userId: string, memberId: string): Promise<MemberRow> {
  const { rows } = isUuid(memberId)
    ? await client.query<MemberRow>(
        `select m.*, a.kind from account a join member m on m.account_id = a.id
         where m.id = $1 and exists (select from member own where own.account_id = a.id and own.user_id = $2)
         for no key update of a`,
        [memberId, userId],
      )
    : { rows: [] }
  const { rows: current } = await client.query<{ role: AccountRole }>('select role from member where id = $1', [rows[0]?.id])
  if (!rows[0] || !current[0]) throw memberNotFound()
  return { ...rows[0], role: current[0].role } // another transaction may have changed it before the lock was granted
}

async function assertMayChange(
  client: pg.ClientBase,
  userId: string,
  member: MemberRow,
  role: AccountRole | undefined,
): Promise<void> {
  if (member.kind === 'PERSONAL')
    throw new AshlarError('CONFLICT', 'a personal account always has one member, its user', { details: { path: ['memberId'] } })
  if (role === undefined && member.user_id === userId) return
  const own = await requireRole(client, userId, member.account_id, 'ADMIN', 'change members')
  assertMayGive(own, member.role)
  if (role !== undefined) assertMayGive(own, role)
}

async function assertNotLastOwner(client: pg.ClientBase, { account_id: accountId, id }: MemberRow): Promise<void> {
  const text = `select from member where account_id = $1 and role = 'OWNER' and id <> $2 limit 1`
  if ((await client.query(text, [accountId, id])).rowCount) return
  const message = 'an account must have an OWNER, and this member is the last one: give the role OWNER to another member first'
  throw new AshlarError('CONFLICT', message, { details: { path: ['memberId'] } })
}

function memberNotFound(): AshlarError {
  return new AshlarError('NOT_FOUND', 'there is no member with this id', { details: { path: ['memberId'] } })
}
