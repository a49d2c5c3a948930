import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import {
  credentials,
  isPullRequest,
  issueAnswer,
  issueRow,
  labelsPin,
  limitPin,
  listPins,
  notFound,
  notFoundMessage,
  openGithub,
  provider,
  repositoryPin,
  toIssue,
  yieldList,
} from '../api/index.ts'

export const listIssues = defineBlock({
  id: '4c67e42c-3429-47f6-97b3-4046dfa1fb9d',
  name: 'list-issues',
  icon: 'circle-dot',
  description: 'Return the issues of a GitHub repository, one after the other and as a list.',
  category: 'DEVELOPER',
  synonyms: ['tickets', 'bugs', 'github issues', 'get many issues'],
  capabilities: { http: ['GET api.github.com/repos/*'], credentials: [provider.name] },
  onCrash: 'retry',
  timeoutMs: 300_000,
  input: z.object({
    repository: repositoryPin,
    state: z.enum(['open', 'closed', 'all']).default('open').describe('Only issues in this state.'),
    labels: labelsPin.default([]).describe('Only issues with all of these labels.'),
    assignee: z
      .string()
      .default('')
      .meta({ description: 'Only issues of this user; "none" for unassigned ones.', advanced: true }),
    since: z
      .string()
      .default('')
      .meta({ description: 'Only issues changed at or after this time, in ISO 8601.', advanced: true }),
    limit: limitPin,
  }),
  output: z.object({ ...listPins }),
  tests: [
    {
      name: 'leaves out pull requests',
      input: { repository: 'o/r' },
      credentials,
      http: {
        'GET https://api.github.com/repos/o/r/issues?per_page=100&state=open': {
          json: [issueAnswer, { ...issueAnswer, number: 8, pull_request: {} }, { ...issueAnswer, number: 9 }],
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
      name: 'reports a repository that does not exist',
      input: { repository: 'o/none' },
      credentials,
      http: { 'GET https://api.github.com/repos/o/none/issues': notFound },
      output: [['error', notFoundMessage]],
    },
    {
      name: 'refuses a repository without an owner',
      input: { repository: 'r' },
      output: [['error', (message: string) => message.includes('must be like')]],
    },
  ],
  async *run({ repository, state, labels, assignee, since, limit }, context) {
    const query = { state, labels: labels.join(','), assignee, since }
    const toRow = (item: unknown) => (isPullRequest(item) ? undefined : toIssue(item))
    yield* yieldList(await openGithub(context), `/repos/${repository}/issues`, { query, limit, toRow })
  },
})
