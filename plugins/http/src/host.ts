import { defineProvider, hostScoped } from '@ashlar/sdk'

export const host = defineProvider({
  name: 'host',
  title: 'Any host',
  description: 'Headers for hosts of your choice, such as an API key of a service without a provider.',
  hosts: [],
  auth: [hostScoped()],
})
