import { apiKey, defineProvider } from '@ashlar/sdk'

export const jina = defineProvider({
  name: 'jina',
  title: 'Jina',
  description: 'Search and reader of Jina AI.',
  hosts: ['s.jina.ai', 'r.jina.ai'],
  auth: [apiKey()],
})
