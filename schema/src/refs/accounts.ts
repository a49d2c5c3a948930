import type { User } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { inOrder } from '../base/global-ids.ts'

export const UserType = builder.loadableNodeRef('User', {
  id: { resolve: (user: User) => user.id },
  load: async (ids: string[], { runtime, user }) => {
    const users = await runtime.accounts.find(ids.filter((id) => id === user.id))
    return inOrder(ids, users)
  },
})
