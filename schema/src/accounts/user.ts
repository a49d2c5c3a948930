import { builder } from '../base/builder.ts'
import { UserType } from '../refs/accounts.ts'

const UserRole = builder.enumType('UserRole', {
  description: 'The role of a user in the installation.',
  values: {
    OWNER: { description: 'Manages the installation and its plugins.' },
    MEMBER: { description: 'Has graphs, executions and credentials.' },
  },
})

builder.objectType(UserType, {
  description: 'A person who uses this installation.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name of the user.' }),
    role: t.expose('role', { type: UserRole, description: 'What the user may do.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'The time when the user was added.' }),
  }),
})

builder.queryField('viewer', (t) =>
  t.field({ type: UserType, description: 'The authenticated user.', resolve: (_root, _args, { user }) => user }),
)
