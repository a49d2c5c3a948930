import type { User } from '@ashlar/core'
import { builder } from '../builder.ts'
import { inOrder } from '../global-ids.ts'

const UserType = builder.loadableNodeRef('User', {
  id: { resolve: (user: User) => user.id },
  load: async (ids: string[], { runtime, user }) => {
    const users = await runtime.accounts.find(ids.filter((id) => id === user.id))
    return inOrder(ids, users)
  },
})

builder.objectType(UserType, {
  description: 'Somebody who uses this installation.',
  fields: (t) => ({
    name: t.exposeString('name'),
    role: t.exposeString('role', { description: '`OWNER` or `MEMBER`.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
  }),
})

builder.queryField('viewer', (t) =>
  t.field({ type: UserType, description: 'Who you are.', resolve: (_root, _args, { user }) => user }),
)
