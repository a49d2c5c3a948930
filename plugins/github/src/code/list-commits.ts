import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { credentials, limitPin, listPins, openGithub, provider, repositoryPin, toCommit, yieldList } from '../api/index.ts'

const answer = {
  sha: 'a1',
  html_url: 'https://github.com/o/r/commit/a1',
  author: { login: 'ada' },
  commit: { message: 'Fix', author: { name: 'Ada', email: 'ada@example.com', date: '2026-01-01T00:00:00Z' } },
}
const commit = {
  sha: 'a1',
  message: 'Fix',
  author: 'ada',
  email: 'ada@example.com',
  date: '2026-01-01T00:00:00Z',
  url: 'https://github.com/o/r/commit/a1',
}

export const listCommits = defineBlock({
  id: 'd472d68f-73d0-4be4-9628-db685aa90170',
  name: 'list-commits',
  icon: 'git-commit-horizontal',
  description: 'Return the commits of a GitHub repository, the newest first, one after the other and as a list.',
  category: 'DEVELOPER',
  synonyms: ['history', 'git log', 'changes'],
  capabilities: { http: ['GET api.github.com/repos/*'], credentials: [provider.name] },
  onCrash: 'retry',
  timeoutMs: 300_000,
  input: z.object({
    repository: repositoryPin,
    branch: z.string().default('').describe('Branch, tag or commit where the list starts. By default the main branch.'),
    path: z.string().default('').describe('Only commits that change this file or folder.'),
    author: z.string().default('').meta({ description: 'Only commits of this user or email address.', advanced: true }),
    since: z.string().default('').meta({ description: 'Only commits after this time, in ISO 8601.', advanced: true }),
    until: z.string().default('').meta({ description: 'Only commits before this time, in ISO 8601.', advanced: true }),
    limit: limitPin,
  }),
  output: z.object({ ...listPins }),
  tests: [
    {
      name: 'returns the commits',
      input: { repository: 'o/r', branch: 'main' },
      credentials,
      http: {
        'GET https://api.github.com/repos/o/r/commits?per_page=100&sha=main': {
          json: [answer, { ...answer, sha: 'a0' }],
        },
      },
      output: [
        ['row', commit],
        ['row', { ...commit, sha: 'a0' }],
        ['rows', [commit, { ...commit, sha: 'a0' }]],
        ['count', 2],
      ],
    },
    {
      name: 'refuses a repository without an owner',
      input: { repository: 'r' },
      output: [['error', (message: string) => message.includes('must be like')]],
    },
  ],
  async *run({ repository, branch, limit, ...rest }, context) {
    const query = { sha: branch, ...rest }
    yield* yieldList(await openGithub(context), `/repos/${repository}/commits`, { query, limit, toRow: toCommit })
  },
})
