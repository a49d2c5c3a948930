import { randomUUIDv7 } from 'node:crypto'
import { z } from 'zod'
import { AshlarError, describeIssue, isText, type Page } from '../../base/index.ts'
import type { Database } from '../../postgres/index.ts'
import { Account, Member, type AccountRole, type Invitation } from './entities.ts'
import { acceptInvitation, invite, revokeInvitation, type NewInvitation } from './invitations.ts'
import { changeMember } from './members.ts'
import {
  findInvitations,
  findMembers,
  findMemberships,
  listMembers,
  listMemberships,
  readInvitations,
  type MemberRequest,
  type Membership,
  type MembershipRequest,
} from './read-accounts.ts'

/**
 * The accounts of users. Each method takes the user who calls it. An account of which the user is not a member is
 * treated as one that does not exist.
 */
export interface Accounts {
  /** Creates an account of the kind ORGANIZATION. The user is its owner. @throws {AshlarError} BAD_INPUT */
  createOrganization(userId: string, organization: { name: string }): Promise<Membership>
  /** The accounts of which the user is a member, by account id. */
  find(userId: string, accountIds: readonly string[]): Promise<Map<string, Membership>>
  /** @param accountIds lists only these. @default all accounts of the user */
  list(userId: string, request: MembershipRequest, accountIds?: readonly string[]): Promise<Page<Membership>>
  /** The members of each account. An account of which the user is not a member has an empty page. */
  membersOf(userId: string, accountIds: readonly string[], request: MemberRequest): Promise<Map<string, Page<Member>>>
  /** The members with these ids in accounts of the user. */
  findMembers(userId: string, memberIds: readonly string[]): Promise<Map<string, Member>>
  /**
   * Gives a member another role. An ADMIN neither makes nor changes an OWNER.
   *
   * @throws {AshlarError} NOT_FOUND FORBIDDEN, CONFLICT for the last OWNER
   */
  setRole(userId: string, memberId: string, role: AccountRole): Promise<Member>
  /** Removes a member. Members may remove themselves. @throws {AshlarError} like {@link setRole} */
  removeMember(userId: string, memberId: string): Promise<Member>
  /**
   * Creates an invitation, which one user can accept.
   *
   * @throws {AshlarError} NOT_FOUND FORBIDDEN BAD_INPUT, CONFLICT for a personal account or when 100 are open
   */
  invite(userId: string, accountId: string, invitation: NewInvitation): Promise<{ invitation: Invitation; token: string }>
  /** The open invitations of each account of which the user is at least an ADMIN, newest first. */
  invitationsOf(userId: string, accountIds: readonly string[]): Promise<Map<string, Invitation[]>>
  /** The open invitations with these ids in accounts of which the user is at least an ADMIN. */
  findInvitations(userId: string, invitationIds: readonly string[]): Promise<Map<string, Invitation>>
  /** @throws {AshlarError} NOT_FOUND FORBIDDEN */
  revokeInvitation(userId: string, invitationId: string): Promise<Invitation>
  /**
   * Makes the user a member. The invitation ends.
   *
   * @throws {AshlarError} NOT_FOUND when the invitation was accepted or revoked, has expired or never existed; CONFLICT
   * when the user is a member
   */
  acceptInvitation(userId: string, token: string): Promise<Membership>
}

const nameSchema = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .refine((name) => isText(name) && !/\p{Cc}/u.test(name), 'must be a text without control characters')

export function createAccounts(database: Database): Accounts {
  return {
    createOrganization: (userId, { name }) => createOrganization(database, userId, name),
    find: (userId, accountIds) => findMemberships(database, userId, accountIds),
    list: (userId, request, accountIds) => listMemberships(database, userId, request, accountIds),
    membersOf: (userId, accountIds, request) => listMembers(database, userId, accountIds, request),
    findMembers: (userId, memberIds) => findMembers(database, userId, memberIds),
    setRole: (userId, memberId, role) => changeMember(database, userId, memberId, role),
    removeMember: (userId, memberId) => changeMember(database, userId, memberId, undefined),
    invite: (userId, accountId, invitation) => invite(database, userId, accountId, invitation),
    invitationsOf: (userId, accountIds) => readInvitations(database, userId, accountIds),
    findInvitations: (userId, invitationIds) => findInvitations(database, userId, invitationIds),
    revokeInvitation: (userId, invitationId) => revokeInvitation(database, userId, invitationId),
    async acceptInvitation(userId, token) {
      const { accountId } = await acceptInvitation(database, userId, token)
      const membership = (await findMemberships(database, userId, [accountId])).get(accountId)
      if (!membership) throw new AshlarError('NOT_FOUND', 'an ADMIN has just removed you from the account')
      return membership
    },
  }
}

async function createOrganization({ fork }: Database, userId: string, name: string): Promise<Membership> {
  const parsed = nameSchema.safeParse(name)
  if (!parsed.success)
    throw new AshlarError('BAD_INPUT', `name ${parsed.error.issues.map((issue) => describeIssue(issue, name)).join('; ')}`, {
      details: { path: ['name'] },
    })
  return fork().transactional(async (em) => {
    const [id, now] = [randomUUIDv7(), new Date()]
    const account = em.create(Account, { id, kind: 'ORGANIZATION', name: parsed.data, createdAt: now })
    await em.flush() // the member refers to it
    em.create(Member, { id: randomUUIDv7(), accountId: id, userId, role: 'OWNER', joinedAt: now })
    return { account, role: 'OWNER', joinedAt: now }
  })
}
