import { defineProvider, userPassword } from '@ashlar/sdk'

export const provider = defineProvider({
  name: 'smtp',
  title: 'Mail server (SMTP)',
  description:
    'User name and password of a mailbox. The host is the outgoing server with its port, such as smtp.example.com:465.',
  hosts: [],
  auth: [userPassword()],
})
