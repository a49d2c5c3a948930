import {
  API_KEY_SCOPES,
  type AccountRole,
  type ApiKey,
  type ApiKeyScope,
  type Invitation,
  type Member,
  type Membership,
  type OpenSession,
  type User,
} from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { inOrder } from '../base/global-ids.ts'
import { defineList } from '../base/list.ts'

export const UserType = builder.loadableNodeRef('User', {
  id: { resolve: (user: User) => user.id },
  load: async (ids: string[], { api }) => inOrder(ids, await api.accounts.findUsers(ids)),
})

/** The authenticated user, see `buildContext`. */
export const ViewerType = builder.objectRef<User>('Viewer')

export const AccountKindType = builder.enumType('AccountKind', {
  description: 'Whom an account is for.',
  values: {
    PERSONAL: { description: 'The account of one user. It has no other members.' },
    ORGANIZATION: { description: 'An account with members.' },
  },
})

const ROLES: Record<AccountRole, { description: string }> = {
  OWNER: { description: 'May do everything, also decide who is an OWNER. Every account has at least one.' },
  ADMIN: { description: 'Also manages the members who are not an OWNER, and the invitations.' },
  EDITOR: { description: 'Creates, changes and runs what the account owns.' },
  VIEWER: { description: 'Reads what the account owns.' },
}

export const AccountRoleType = builder.enumType('AccountRole', {
  description: 'What a member of an account may do. Each role includes the following ones.',
  values: ROLES,
})

export const AccountType = builder.loadableNodeRef('Account', {
  id: { resolve: ({ account }: Membership) => account.id },
  load: async (ids: string[], { api }) => inOrder(ids, await api.accounts.find(ids)),
})

export const MemberType = builder.loadableNodeRef('Member', {
  id: { resolve: (member: Member) => member.id },
  load: async (ids: string[], { api }) => inOrder(ids, await api.accounts.findMembers(ids)),
})

export const InvitationType = builder.loadableNodeRef('Invitation', {
  id: { resolve: (invitation: Invitation) => invitation.id },
  load: async (ids: string[], { api }) => inOrder(ids, await api.accounts.findInvitations(ids)),
})

export const AccountList = defineList<Membership>()({
  type: AccountType,
  name: 'Account',
  plural: 'accounts',
  filter: (t) => ({ kind: t.field({ type: AccountKindType, description: 'The account is of this kind.' }) }),
  orderFields: { JOINED_AT: 'When you became a member.', NAME: 'The name, by code points: upper case before lower case.' },
  defaultOrder: { field: 'JOINED_AT', direction: 'ASC' },
  locate: ({ account, joinedAt }) => ({ value: joinedAt.toISOString(), id: account.id }),
})

export const MemberList = defineList<Member>()({
  type: MemberType,
  name: 'Member',
  plural: 'members',
  filter: (t) => ({ roles: t.field({ type: [AccountRoleType], description: 'The role is one of these.' }) }),
  orderFields: { JOINED_AT: 'When the user became a member.' },
  defaultOrder: { field: 'JOINED_AT', direction: 'ASC' },
  locate: ({ id, joinedAt }) => ({ value: joinedAt.toISOString(), id }),
})

const SCOPES: Record<ApiKeyScope, string> = {
  READ_GRAPHS: 'Read graphs and their versions.',
  WRITE_GRAPHS: 'Create, change and delete graphs.',
  EXECUTE: 'Start, retry and cancel executions.',
  READ_EXECUTIONS: 'Read executions, their values and their files.',
  MANAGE_CREDENTIALS: 'List, add, change and delete credentials.',
  PUBLISH_PLUGINS: 'Publish plugins.',
  MANAGE_ACCOUNT: 'Manage organizations, members, invitations, API keys and installed plugins.',
  ADMIN: 'Administer the installation.',
}

export const ApiKeyScopeType = builder.enumType('ApiKeyScope', {
  description: 'What a key may be allowed to do. No scope includes another one.',
  values: Object.fromEntries(API_KEY_SCOPES.map((scope) => [scope, { value: scope, description: SCOPES[scope] }])) as Record<
    ApiKeyScope,
    { value: ApiKeyScope; description: string }
  >,
})

export const ApiKeyType = builder.loadableNodeRef('ApiKey', {
  id: { resolve: (key: ApiKey) => key.id },
  load: async (ids: string[], { api }) => inOrder(ids, await api.keys.find(ids)),
})

export const ApiKeyList = defineList<ApiKey>()({
  type: ApiKeyType,
  name: 'ApiKey',
  plural: 'API keys',
  filter: (t) => ({ isExpired: t.boolean({ description: 'Whether the key has expired.' }) }),
  orderFields: { CREATED_AT: 'When it was created.' },
  defaultOrder: { field: 'CREATED_AT', direction: 'DESC' },
  locate: ({ id, createdAt }) => ({ value: createdAt.toISOString(), id }),
})

export const BrowserSessionType = builder.loadableNodeRef('BrowserSession', {
  id: { resolve: (session: OpenSession) => session.id },
  load: async (ids: string[], { api }) => inOrder(ids, await api.sessions.find(ids)),
})

export const BrowserSessionList = defineList<OpenSession>()({
  type: BrowserSessionType,
  name: 'BrowserSession',
  plural: 'sessions of browsers',
  filter: (t) => ({
    unusedSince: t.field({ type: 'DateTime', description: 'The session has not been used since this time.' }),
  }),
  orderFields: { CREATED_AT: 'When it was opened.' },
  defaultOrder: { field: 'CREATED_AT', direction: 'DESC' },
  locate: ({ id, createdAt }) => ({ value: createdAt.toISOString(), id }),
})
