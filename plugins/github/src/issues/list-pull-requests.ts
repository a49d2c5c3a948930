import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import {
  credentials,
  limitPin,
  listPins,
  openGithub,
  provider,
  pullAnswer,
  pullRow,
  repositoryPin,
  toPull,
  yieldList,
} from '../api/index.ts'

export const listPullRequests = defineBlock({
  id: '007b3b9a-399b-4250-9a5c-020ac56ab428',
  name: 'list-pull-requests',
  icon: 'git-pull-request',
  description: 'Return the pull requests of a GitHub repository, one after the other and as a list.',
  category: 'DEVELOPER',
  synonyms: ['merge requests', 'prs'],
  capabilities: { http: ['GET api.github.com/repos/*'], credentials: [provider.name] },
  onCrash: 'retry',
  timeoutMs: 300_000,
  input: z.object({
    repository: repositoryPin,
    state: z.enum(['open', 'closed', 'all']).default('open').describe('Only pull requests in this state.'),
    base: z.string().default('').describe('Only pull requests into this branch.'),
    head: z.string().default('').meta({ description: 'Only pull requests from this branch, as owner:branch.', advanced: true }),
    limit: limitPin,
  }),
  output: z.object({ ...listPins }),
  tests: [
    {
      name: 'returns the pull requests',
      input: { repository: 'o/r', base: 'main' },
      credentials,
      http: {
        'GET https://api.github.com/repos/o/r/pulls?per_page=100&state=open&base=main': {
          json: [pullAnswer, { ...pullAnswer, number: 9 }],
        },
      },
      output: [
        ['row', pullRow],
        ['row', { ...pullRow, number: 9 }],
        ['rows', [pullRow, { ...pullRow, number: 9 }]],
        ['count', 2],
      ],
    },
    {
      name: 'refuses a repository without an owner',
      input: { repository: 'r' },
      output: [['error', (message: string) => message.includes('must be like')]],
    },
  ],
  async *run({ repository, limit, ...query }, context) {
    yield* yieldList(await openGithub(context), `/repos/${repository}/pulls`, { query, limit, toRow: toPull })
  },
})
