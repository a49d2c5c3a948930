import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { credentials, limitPin, listPins, openGithub, provider, toCodeMatch, yieldList } from '../api/index.ts'

const answer = {
  name: 'a.ts',
  path: 'src/a.ts',
  sha: 's1',
  html_url: 'https://github.com/o/r/blob/s1/src/a.ts',
  repository: { full_name: 'o/r' },
}
const match = { repository: 'o/r', name: 'a.ts', path: 'src/a.ts', sha: 's1', url: 'https://github.com/o/r/blob/s1/src/a.ts' }

export const searchCode = defineBlock({
  id: '3f56a227-3142-4626-837c-9acbffe95a50',
  name: 'search-code',
  icon: 'file-search',
  description: 'Search the code of GitHub repositories.',
  category: 'DEVELOPER',
  synonyms: ['find code', 'grep', 'find in files'],
  capabilities: { http: ['GET api.github.com/search/code'], credentials: [provider.name] },
  onCrash: 'retry',
  timeoutMs: 300_000,
  input: z.object({
    query: z
      .string()
      .min(1)
      .meta({
        title: 'Query',
        description: 'Words and qualifiers of the GitHub code search.',
        examples: ['addClass repo:jquery/jquery'],
      }),
    limit: limitPin,
  }),
  output: z.object({ ...listPins }),
  tests: [
    {
      name: 'returns matches',
      input: { query: 'x repo:o/r', limit: 5 },
      credentials,
      http: {
        'GET https://api.github.com/search/code?per_page=5&q=x+repo%3Ao%2Fr': {
          json: {
            total_count: 2,
            items: [answer, { ...answer, sha: 's2' }],
          },
        },
      },
      output: [
        ['row', match],
        ['row', { ...match, sha: 's2' }],
        ['rows', [match, { ...match, sha: 's2' }]],
        ['count', 2],
      ],
    },
    { name: 'needs a query', input: { query: '' }, output: [['error', (message: string) => message.includes('query')]] },
  ],
  async *run({ query, limit }, context) {
    yield* yieldList(await openGithub(context), '/search/code', { query: { q: query }, limit, toRow: toCodeMatch })
  },
})
