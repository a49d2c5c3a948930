import { builder } from '../base/builder.ts'
import { AccountList, UserType, ViewerType } from '../refs/accounts.ts'

const UserRole = builder.enumType('UserRole', {
  description: 'The role of a user in the installation.',
  values: {
    OWNER: { description: 'Manages the installation and its plugins.' },
    MEMBER: { description: 'Uses accounts.' },
  },
})

builder.objectType(UserType, {
  description: 'A person who uses this installation.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name of the user.' }),
    role: t.expose('role', { type: UserRole, description: 'What the user may do in the installation.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'The time when the user was added.' }),
  }),
})

builder.objectType(ViewerType, {
  description: 'What the authenticated user has.',
  fields: (t) => ({
    user: t.field({ type: UserType, description: 'The authenticated user.', resolve: (user) => user }),
    accounts: AccountList.field(t, {
      description: 'The accounts of which you are a member. The first is your personal account.',
      load: (_user, request, { api }) => api.accounts.list(request),
    }),
  }),
})

builder.queryField('viewer', (t) =>
  t.field({
    scope: 'ANY',
    type: ViewerType,
    description: 'The authenticated user and what the user has.',
    resolve: (_root, _args, { caller }) => caller.user,
  }),
)
