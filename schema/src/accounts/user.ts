import { builder } from '../base/builder.ts'
import { UserType } from '../refs/accounts.ts'

builder.objectType(UserType, {
  description: 'A person who uses this installation.',
  fields: (t) => ({
    name: t.exposeString('name'),
    role: t.exposeString('role', { description: '`OWNER` or `MEMBER`.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
  }),
})

builder.queryField('viewer', (t) =>
  t.field({ type: UserType, description: 'The authenticated user.', resolve: (_root, _args, { user }) => user }),
)
