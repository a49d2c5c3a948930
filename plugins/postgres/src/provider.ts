import { defineProvider, userPassword } from '@ashlar/sdk'

export const provider = defineProvider({
  name: 'server',
  title: 'PostgreSQL server',
  description: 'User name and password of a database user. The host is the server with its port, such as db.example.com:5432.',
  hosts: [],
  auth: [userPassword()],
})
