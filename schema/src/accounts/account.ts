import type { Invitation, User } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { loadTogether } from '../base/batch.ts'
import type { SchemaContext } from '../base/context.ts'
import { QuotaType } from './quota.ts'
import { parseGlobalId } from '../base/global-ids.ts'
import {
  AccountKindType,
  AccountRoleType,
  AccountType,
  InvitationType,
  MemberList,
  MemberType,
  UserType,
} from '../refs/accounts.ts'

builder.objectType(MemberType, {
  description: 'A user in an account.',
  fields: (t) => ({
    user: t.field({
      type: UserType,
      nullable: true,
      description: 'The user.',
      resolve: ({ userId }, _args, context) => loadUser(userId, context),
    }),
    role: t.expose('role', { type: AccountRoleType, description: 'What the user may do in the account.' }),
    joinedAt: t.expose('joinedAt', { type: 'DateTime', description: 'The time when the user became a member.' }),
  }),
})

builder.objectType(InvitationType, {
  description: 'An offer to become a member of an account. It ends when one user has accepted it.',
  fields: (t) => ({
    role: t.expose('role', { type: AccountRoleType, description: 'The role that the new member receives.' }),
    invitedBy: t.field({
      type: UserType,
      nullable: true,
      description: 'The user who invited. Null if the user has left the account.',
      resolve: ({ invitedBy }, _args, context) => loadUser(invitedBy, context),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'The time when it was created.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'The time until which it can be accepted.' }),
  }),
})

builder.objectType(AccountType, {
  description: 'What owns graphs, executions and credentials.',
  fields: (t) => ({
    kind: t.field({ type: AccountKindType, description: 'Whom it is for.', resolve: ({ account }) => account.kind }),
    name: t.string({ description: 'The name.', resolve: ({ account }) => account.name }),
    role: t.expose('role', { type: AccountRoleType, description: 'Your role in it.' }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'The time when it was created.',
      resolve: ({ account }) => account.createdAt,
    }),
    members: MemberList.field(t, {
      description: 'Its members.',
      loadMany: (accountIds, request, { api }) => api.accounts.membersOf(accountIds, request),
      getParentId: ({ account }) => account.id,
    }),
    quota: t.field({
      type: [QuotaType],
      nullable: true,
      description: 'What the account has, and what it may have.',
      extensions: { cost: { weight: 10, size: 6 } },
      resolve: ({ account }, _args, context) =>
        loadTogether(context, 'Account.quota', account.id, async (ids) => {
          const quotas = await context.api.accounts.quotasOf(ids)
          return new Map(ids.map((id) => [id, quotas.get(id)]))
        }),
    }),
    invitations: t.field({
      type: [InvitationType],
      nullable: true,
      description: 'Its open invitations, newest first, at most 100. Null unless your role is at least ADMIN.',
      resolve: ({ account }, _args, context) => loadInvitations(account.id, context),
    }),
  }),
})

builder.queryField('account', (t) =>
  t.field({
    scope: 'ANY',
    type: AccountType,
    nullable: true,
    description: 'The account with this global id. Null if it does not exist or you are not a member.',
    args: { id: t.arg.id({ required: true, description: 'Global id of the account.' }) },
    resolve: async (_root, { id }, { api }) => {
      const accountId = parseGlobalId(id, 'Account', 'id')
      return (await api.accounts.find([accountId])).get(accountId)
    },
  }),
)

function loadInvitations(accountId: string, context: SchemaContext): Promise<Invitation[] | undefined> {
  return loadTogether(context, 'Account.invitations', accountId, async (ids) => {
    const invitations = await context.api.accounts.invitationsOf(ids)
    return new Map(ids.map((id) => [id, invitations.get(id)]))
  })
}

function loadUser(id: string, context: SchemaContext): Promise<User | undefined> {
  return loadTogether(context, 'Member.user', id, async (ids) => {
    const users = await context.api.accounts.findUsers(ids)
    return new Map(ids.map((each) => [each, users.get(each)]))
  })
}
