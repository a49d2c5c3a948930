import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { jina } from './provider.ts'
import { toText } from './text.ts'

export const searchTheWeb = defineBlock({
  id: '87840993-2053-44b7-8da4-187ad4ee518c',
  name: 'search-the-web',
  description: 'Search the web with Jina and get the text of the first pages.',
  category: 'WEB',
  icon: 'search',
  synonyms: ['web search', 'internet search', 'google', 'bing', 'jina', 'find pages', 'search engine'],
  capabilities: { http: ['GET s.jina.ai/'], credentials: [jina.name] },
  onCrash: 'retry', // the block only reads
  input: z.object({
    query: z
      .string()
      .min(1)
      .meta({ title: 'Query', description: 'What to search for.', examples: ['durable execution'] }),
  }),
  output: z.object({
    results: z.string().meta({ title: 'Results', description: 'The titles, addresses and texts of the pages, as Markdown.' }),
  }),
  tests: [
    {
      input: { query: 'a b' },
      credentials: { jina: { type: 'API_KEY', key: 'test-key' } },
      http: { 'GET https://s.jina.ai/?q=a+b': { text: '[1] Title: A' } },
      output: [['results', '[1] Title: A']],
    },
    {
      name: 'a key without credits',
      input: { query: 'a' },
      credentials: { jina: { type: 'API_KEY', key: 'test-key' } },
      http: { 'GET https://s.jina.ai/': { status: 402, text: 'no balance' } },
      output: [['error', 'Jina responded with status 402: no balance']],
    },
  ],
  async *run({ query }, { credentials, signal }) {
    const { fetch } = await credentials(jina.name)
    const response = await fetch(`https://s.jina.ai/?${new URLSearchParams({ q: query })}`, { signal })
    yield ['results', await toText(response, 'Jina')]
  },
})
