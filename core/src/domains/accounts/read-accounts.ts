import { isUuid, mapPage, type Page, type PageRequest } from '../../base/index.ts'
import { listRows, where, type Database, type ListSource } from '../../postgres/index.ts'
import { Account, Invitation, Member, type AccountKind, type AccountRole } from './entities.ts'
import { listInvitations } from './invitations.ts'
import { includesRole } from './roles.ts'

/** An account and the role that a user has in it. */
export interface Membership {
  account: Account
  role: AccountRole
  joinedAt: Date
}

interface MembershipFilter {
  kind?: AccountKind | undefined
}

interface MemberFilter {
  roles?: readonly AccountRole[] | undefined
}

type MembershipOrderField = 'JOINED_AT' | 'NAME'

export type MembershipRequest = PageRequest<MembershipFilter, MembershipOrderField>
export type MemberRequest = PageRequest<MemberFilter, 'JOINED_AT'>

const NO_ROWS = { items: [], hasMore: false }

/** See `Accounts.find`. */
export async function findMemberships(
  { fork }: Database,
  userId: string,
  accountIds: readonly string[],
): Promise<Map<string, Membership>> {
  const em = fork()
  const members = await em.find(Member, { userId, accountId: { $in: accountIds.filter(isUuid) } })
  const accounts = await em.find(Account, { id: { $in: members.map(({ accountId }) => accountId) } })
  const byId = new Map(accounts.map((account) => [account.id, account]))
  return new Map(
    members.flatMap(({ accountId, role, joinedAt }) => {
      const account = byId.get(accountId)
      return account ? [[accountId, { account, role, joinedAt }]] : []
    }),
  )
}

interface MembershipRow {
  id: string
  kind: AccountKind
  name: string
  created_at: Date
  role: AccountRole
  joined_at: Date
}

/** Constant SQL. */
const MEMBERSHIPS = '(select a.*, m.user_id, m.role, m.joined_at from account a join member m on m.account_id = a.id)'

const MEMBERSHIP_SORTS: Record<MembershipOrderField, ListSource['sort']> = {
  JOINED_AT: { sql: 't.joined_at', type: 'timestamptz' },
  NAME: { sql: 't.name collate "C"', type: 'text' },
}

/** See `Accounts.list`. */
export async function listMemberships(
  { pool, fork }: Database,
  userId: string,
  request: MembershipRequest,
  accountIds?: readonly string[],
): Promise<Page<Membership>> {
  const { kind } = request.filter
  const source = {
    table: MEMBERSHIPS,
    parentColumn: 'user_id',
    sort: MEMBERSHIP_SORTS[request.orderBy.field],
    conditions: [
      ...(kind ? [where`t.kind = ${kind}`] : []),
      ...(accountIds ? [where`t.id = any(${[...accountIds]}::uuid[])`] : []),
    ],
  }
  const page = (await listRows<MembershipRow>(pool, source, [userId], request)).get(userId)
  const em = fork()
  return mapPage(page ?? NO_ROWS, ({ role, joined_at: joinedAt, ...row }) => ({
    role,
    joinedAt,
    account: em.map(Account, { id: row.id, kind: row.kind, name: row.name, created_at: row.created_at }),
  }))
}

/** See `Accounts.membersOf`. */
export async function listMembers(
  database: Database,
  userId: string,
  accountIds: readonly string[],
  request: MemberRequest,
): Promise<Map<string, Page<Member>>> {
  const own = await findMemberships(database, userId, accountIds)
  const { roles } = request.filter
  const source: ListSource = {
    table: 'member',
    parentColumn: 'account_id',
    sort: { sql: 't.joined_at', type: 'timestamptz' },
    conditions: roles ? [where`t.role = any(${roles})`] : [],
  }
  const pages = await listRows<{ id: string }>(database.pool, source, [...own.keys()], request)
  const em = database.fork()
  return new Map(accountIds.map((id) => [id, mapPage(pages.get(id) ?? NO_ROWS, (row) => em.map(Member, row))]))
}

/** See `Accounts.findMembers`. */
export async function findMembers(
  database: Database,
  userId: string,
  memberIds: readonly string[],
): Promise<Map<string, Member>> {
  const members = await database.fork().find(Member, { id: { $in: memberIds.filter(isUuid) } })
  const own = await findMemberships(database, userId, [...new Set(members.map(({ accountId }) => accountId))])
  return new Map(members.filter(({ accountId }) => own.has(accountId)).map((member) => [member.id, member]))
}

/** See `Accounts.invitationsOf`. */
export async function readInvitations(
  database: Database,
  userId: string,
  accountIds: readonly string[],
): Promise<Map<string, Invitation[]>> {
  const own = await findMemberships(database, userId, accountIds)
  const ids = [...own.values()].filter(({ role }) => includesRole(role, 'ADMIN')).map(({ account }) => account.id)
  const invitations = await listInvitations(database, ids)
  return new Map(ids.map((id) => [id, invitations.filter(({ accountId }) => accountId === id)]))
}

/** See `Accounts.findInvitations`. */
export async function findInvitations(
  database: Database,
  userId: string,
  ids: readonly string[],
): Promise<Map<string, Invitation>> {
  const found = await database.fork().find(Invitation, { id: { $in: ids.filter(isUuid) }, expiresAt: { $gt: new Date() } })
  const own = await findMemberships(database, userId, [...new Set(found.map(({ accountId }) => accountId))])
  const isVisible = ({ accountId }: Invitation): boolean => includesRole(own.get(accountId)?.role ?? 'VIEWER', 'ADMIN')
  return new Map(found.filter(isVisible).map((invitation) => [invitation.id, invitation]))
}
