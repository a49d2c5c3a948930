import { defineProvider, hostScoped } from '@ashlar/sdk'

export const host = defineProvider({
  name: 'host',
  title: 'Any host',
  description: 'Headers for hosts of your choice, such as an API key of a service that has no blocks of its own.',
  hosts: [],
  auth: [hostScoped()],
})
