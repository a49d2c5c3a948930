import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { credentials, issueAnswer, issueRow, limitPin, listPins, openGithub, provider, toIssue, yieldList } from '../api/index.ts'

export const searchIssues = defineBlock({
  id: '60a51ffa-03fc-4f24-9b3d-cb675bef8ac5',
  name: 'search-issues',
  icon: 'search',
  description: 'Search issues and pull requests on GitHub.',
  category: 'DEVELOPER',
  synonyms: ['find issues', 'find pull requests', 'query issues'],
  capabilities: { http: ['GET api.github.com/search/issues'], credentials: [provider.name] },
  onCrash: 'retry',
  timeoutMs: 300_000,
  input: z.object({
    query: z
      .string()
      .min(1)
      .meta({
        title: 'Query',
        description: 'Words and qualifiers of the GitHub search.',
        examples: ['repo:octocat/hello-world is:open label:bug slow'],
      }),
    sort: z
      .enum(['best match', 'created', 'updated', 'comments'])
      .default('best match')
      .describe('The order, largest or newest first.'),
    limit: limitPin,
  }),
  output: z.object({ ...listPins }),
  tests: [
    {
      name: 'returns matches',
      input: { query: 'slow' },
      credentials,
      http: {
        'GET https://api.github.com/search/issues?per_page=100&q=slow': {
          json: { total_count: 2, items: [issueAnswer, { ...issueAnswer, number: 9 }] },
        },
      },
      output: [
        ['row', issueRow],
        ['row', { ...issueRow, number: 9 }],
        ['rows', [issueRow, { ...issueRow, number: 9 }]],
        ['count', 2],
      ],
    },
    {
      name: 'reports an invalid query',
      input: { query: 'repo:' },
      credentials,
      http: {
        'GET https://api.github.com/search/issues': {
          status: 422,
          json: { message: 'Validation Failed', errors: [{ message: 'The search is invalid.' }] },
        },
      },
      output: [['error', 'GitHub answered with status 422: Validation Failed; The search is invalid.']],
    },
  ],
  async *run({ query, sort, limit }, context) {
    const parameters = { q: query, sort: sort === 'best match' ? undefined : sort }
    yield* yieldList(await openGithub(context), '/search/issues', { query: parameters, limit, toRow: toIssue })
  },
})
