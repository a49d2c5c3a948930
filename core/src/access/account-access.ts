import { AshlarError, type Page } from '../base/index.ts'
import {
  accountNotFound,
  accountsOf,
  requireAllGraphs,
  requireScope,
  type AccountRole,
  type Accounts,
  type Caller,
  type Invitation,
  type Member,
  type MemberRequest,
  type Membership,
  type MembershipRequest,
  type User,
  type Users,
} from '../domains/accounts/index.ts'
import type { Callers } from '../domains/callers/index.ts'
import type { Quota, Quotas } from '../domains/quotas/index.ts'

export interface AccountServices {
  accounts: Accounts
  callers: Pick<Callers, 'forget'>
  quotas: Pick<Quotas, 'find'>
  users: Users
}

/** The accounts of a caller: see {@link Accounts} for each method. Every caller may read them; changes need a scope. */
export class AccountAccess {
  readonly #services: AccountServices
  readonly #caller: Caller

  constructor(services: AccountServices, caller: Caller) {
    this.#services = services
    this.#caller = caller
  }

  async createOrganization(organization: { name: string }): Promise<Membership> {
    return this.#join(await this.#services.accounts.createOrganization(this.#userToJoin(), organization))
  }

  async find(ids: readonly string[]): Promise<Map<string, Membership>> {
    return this.#services.accounts.find(this.#caller.user.id, this.#usable(ids))
  }

  async list(request: MembershipRequest): Promise<Page<Membership>> {
    return this.#services.accounts.list(this.#caller.user.id, request, accountsOf(this.#caller))
  }

  /** Accounts that the caller may not use are missing. */
  async quotasOf(accountIds: readonly string[]): Promise<Map<string, Quota[]>> {
    return this.#services.quotas.find(this.#usable(accountIds))
  }

  async membersOf(accountIds: readonly string[], request: MemberRequest): Promise<Map<string, Page<Member>>> {
    return this.#services.accounts.membersOf(this.#caller.user.id, accountIds, request)
  }

  async findMembers(ids: readonly string[]): Promise<Map<string, Member>> {
    return this.#visible(await this.#services.accounts.findMembers(this.#caller.user.id, ids))
  }

  /** The users with these ids who share an account with the caller, among them the user of the caller. */
  async findUsers(ids: readonly string[]): Promise<Map<string, User>> {
    return this.#services.users.findVisible(accountsOf(this.#caller), ids, this.#caller.user.id)
  }

  async setRole(memberId: string, role: AccountRole): Promise<Member> {
    const userId = this.#userToChange()
    return this.#forgetMember(await this.#services.accounts.setRole(userId, await this.#usableMember(memberId), role))
  }

  async removeMember(memberId: string): Promise<Member> {
    const userId = this.#userToChange()
    return this.#forgetMember(await this.#services.accounts.removeMember(userId, await this.#usableMember(memberId)))
  }

  async invite(accountId: string, invitation: Parameters<Accounts['invite']>[2]): ReturnType<Accounts['invite']> {
    const userId = this.#userToChange()
    if (!this.#caller.roles.has(accountId)) throw accountNotFound()
    return this.#services.accounts.invite(userId, accountId, invitation)
  }

  async invitationsOf(accountIds: readonly string[]): Promise<Map<string, Invitation[]>> {
    return this.#services.accounts.invitationsOf(this.#caller.user.id, this.#usable(accountIds))
  }

  async findInvitations(ids: readonly string[]): Promise<Map<string, Invitation>> {
    return this.#visible(await this.#services.accounts.findInvitations(this.#caller.user.id, ids))
  }

  async revokeInvitation(invitationId: string): Promise<Invitation> {
    const userId = this.#userToChange()
    const isHidden = this.#caller.accountIds && !(await this.findInvitations([invitationId])).has(invitationId)
    return this.#services.accounts.revokeInvitation(userId, isHidden ? '' : invitationId)
  }

  async acceptInvitation(token: string): Promise<Membership> {
    return this.#join(await this.#services.accounts.acceptInvitation(this.#userToJoin(), token))
  }

  #userToChange(): string {
    requireScope(this.#caller, 'MANAGE_ACCOUNT')
    requireAllGraphs(this.#caller, 'manage accounts')
    return this.#caller.user.id
  }

  #userToJoin(): string {
    const userId = this.#userToChange()
    if (!this.#caller.accountIds) return userId
    throw new AshlarError('FORBIDDEN', 'the key of this request is limited to some accounts: use another key to join accounts')
  }

  /** The rest of the request may use the account. */
  #join(membership: Membership): Membership {
    this.#caller.roles.set(membership.account.id, membership.role)
    this.#services.callers.forget(this.#caller.user.id)
    return membership
  }

  #forgetMember(member: Member): Member {
    this.#services.callers.forget(member.userId)
    return member
  }

  #usable(accountIds: readonly string[]): string[] {
    return accountIds.filter((id) => this.#caller.roles.has(id))
  }

  #visible<Item extends { accountId: string }>(found: ReadonlyMap<string, Item>): Map<string, Item> {
    return new Map([...found].filter(([, { accountId }]) => this.#caller.roles.has(accountId)))
  }

  /** Returns an id that no member has for a member of an account that the key cannot use. */
  async #usableMember(memberId: string): Promise<string> {
    return (await this.findMembers([memberId])).has(memberId) ? memberId : ''
  }
}
