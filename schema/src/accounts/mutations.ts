import type { Invitation, Member, Membership, RepeatableResult } from '@ashlar/core'
import { encodeGlobalId, parseGlobalId } from '../base/global-ids.ts'
import { defineMutation, findMade, repeatObject, type PayloadBuilder } from '../base/mutation.ts'
import { AccountList, AccountRoleType, AccountType, InvitationType, MemberList, MemberType } from '../refs/accounts.ts'

const accountFields = (t: PayloadBuilder<{ account: Membership }>) => ({
  account: t.field({ type: AccountType, nullable: true, description: 'The account.', resolve: ({ account }) => account }),
  accountEdge: t.field({
    type: AccountList.Edge,
    nullable: true,
    description: 'The edge of the account, for lists of accounts.',
    resolve: ({ account }) => account && AccountList.toEdge(account),
  }),
})

const accountRepetition = repeatObject(
  'account',
  ({ account }: Membership) => account.id,
  (api, ids) => api.accounts.find(ids),
)

defineMutation('createOrganization', {
  scope: 'MANAGE_ACCOUNT',
  description: 'Creates an account that can have several members. You are its OWNER.',
  input: (t) => ({ name: t.string({ required: true, description: '1 to 100 characters.' }) }),
  repetition: accountRepetition,
  payload: accountFields,
  resolve: async ({ name }, { api }) => ({ account: await api.accounts.createOrganization({ name }) }),
})

/** The result of `inviteMember`. A repetition has no token. */
interface NewInvitation {
  invitation: Invitation
  token: string | null
}

const invitationRepetition: RepeatableResult<NewInvitation> = {
  save: ({ invitation }) => ({ id: invitation.id }),
  load: async ({ id }: { id: string }, api) => ({
    invitation: await findMade(id, (ids) => api.accounts.findInvitations(ids)),
    token: null,
  }),
}

defineMutation('inviteMember', {
  scope: 'MANAGE_ACCOUNT',
  description:
    'Creates an invitation to an organization. Requires the role ADMIN, and OWNER to invite an OWNER. Send the token to one person: every user who has it can accept the invitation.',
  input: (t) => ({
    accountId: t.id({ required: true, description: 'Global id of the organization.' }),
    role: t.field({ type: AccountRoleType, required: true, description: 'The role of the new member.' }),
    expiresInDays: t.int({ description: 'The days for which it can be accepted: 1 to 30. The default is 7.' }),
  }),
  payload: (t: PayloadBuilder<NewInvitation>) => ({
    invitation: t.field({
      type: InvitationType,
      nullable: true,
      description: 'The invitation.',
      resolve: ({ invitation }) => invitation,
    }),
    token: t.string({
      nullable: true,
      description: 'The secret with which a user accepts the invitation. It is shown only here.',
      resolve: ({ token }) => token,
    }),
  }),
  repetition: invitationRepetition,
  resolve: ({ accountId, role, expiresInDays }, { api }) =>
    api.accounts.invite(parseGlobalId(accountId, 'Account', 'accountId'), {
      role,
      expiresInDays: expiresInDays ?? undefined,
    }),
})

defineMutation('revokeInvitation', {
  scope: 'MANAGE_ACCOUNT',
  description: 'Ends an invitation. Requires the role ADMIN in its account.',
  input: (t) => ({ invitationId: t.id({ required: true, description: 'Global id of the invitation.' }) }),
  payload: (t: PayloadBuilder<{ revoked: Invitation }>) => ({
    revokedInvitationId: t.id({
      nullable: true,
      description: 'Global id of the invitation.',
      resolve: ({ revoked }) => revoked && encodeGlobalId('Invitation', revoked.id),
    }),
  }),
  resolve: async ({ invitationId }, { api }) => ({
    revoked: await api.accounts.revokeInvitation(parseGlobalId(invitationId, 'Invitation', 'invitationId')),
  }),
})

defineMutation('acceptInvitation', {
  scope: 'MANAGE_ACCOUNT',
  description: 'Makes you a member of the account of an invitation.',
  input: (t) => ({ token: t.string({ required: true, description: 'The secret of the invitation.' }) }),
  repetition: accountRepetition,
  payload: accountFields,
  resolve: async ({ token }, { api }) => ({ account: await api.accounts.acceptInvitation(token) }),
})

defineMutation('updateMember', {
  scope: 'MANAGE_ACCOUNT',
  description: 'Gives a member another role. Requires the role ADMIN, and OWNER for members who are or become an OWNER.',
  input: (t) => ({
    memberId: t.id({ required: true, description: 'Global id of the member.' }),
    role: t.field({ type: AccountRoleType, required: true, description: 'The new role.' }),
  }),
  payload: (t: PayloadBuilder<{ member: Member }>) => ({
    member: t.field({ type: MemberType, nullable: true, description: 'The member.', resolve: ({ member }) => member }),
    memberEdge: t.field({
      type: MemberList.Edge,
      nullable: true,
      description: 'The edge of the member, for lists of members.',
      resolve: ({ member }) => member && MemberList.toEdge(member),
    }),
  }),
  resolve: async ({ memberId, role }, { api }) => ({
    member: await api.accounts.setRole(parseGlobalId(memberId, 'Member', 'memberId'), role),
  }),
})

defineMutation('removeMember', {
  scope: 'MANAGE_ACCOUNT',
  description:
    'Removes a member from an organization. You may remove yourself. For others it requires the role ADMIN, and OWNER for an OWNER. The last OWNER cannot be removed.',
  input: (t) => ({ memberId: t.id({ required: true, description: 'Global id of the member.' }) }),
  payload: (t: PayloadBuilder<{ removed: Member }>) => ({
    removedMemberId: t.id({
      nullable: true,
      description: 'Global id of the member.',
      resolve: ({ removed }) => removed && encodeGlobalId('Member', removed.id),
    }),
  }),
  resolve: async ({ memberId }, { api }) => ({
    removed: await api.accounts.removeMember(parseGlobalId(memberId, 'Member', 'memberId')),
  }),
})
