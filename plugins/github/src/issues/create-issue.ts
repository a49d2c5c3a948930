import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import {
  credentials,
  issueAnswer,
  issueOutputs,
  issueRow,
  labelsPin,
  openGithub,
  provider,
  repositoryPin,
  yieldIssue,
} from '../api/index.ts'

export const createIssue = defineBlock({
  id: 'f22229cf-8c99-4de5-b832-9438284db909',
  name: 'create-issue',
  icon: 'circle-plus',
  description: 'Create an issue in a GitHub repository.',
  category: 'DEVELOPER',
  synonyms: ['open issue', 'new ticket', 'report bug'],
  capabilities: { http: ['POST api.github.com/repos/*'], credentials: [provider.name] },
  timeoutMs: 300_000,
  input: z.object({
    repository: repositoryPin,
    title: z.string().min(1).describe('The title of the issue.'),
    text: z.string().default('').describe('The text of the issue, in Markdown.'),
    labels: labelsPin.default([]),
    assignees: z.array(z.string()).default([]).describe('Login names of the users to assign.'),
  }),
  output: issueOutputs,
  tests: [
    {
      name: 'creates the issue',
      input: { repository: 'o/r', title: 'It is slow', labels: ['bug'] },
      credentials,
      http: { 'POST https://api.github.com/repos/o/r/issues': { status: 201, json: issueAnswer } },
      output: [
        ['issue', issueRow],
        ['number', 7],
        ['url', 'https://github.com/o/r/issues/7'],
      ],
    },
    {
      name: 'reports what GitHub rejects',
      input: { repository: 'o/r', title: 'x', assignees: ['none'] },
      credentials,
      http: {
        'POST https://api.github.com/repos/o/r/issues': {
          status: 422,
          json: { message: 'Validation Failed', errors: [{ field: 'assignees', code: 'invalid' }] },
        },
      },
      output: [['error', 'GitHub answered with status 422: Validation Failed; assignees invalid']],
    },
  ],
  async *run({ repository, title, text, labels, assignees }, context) {
    const json = { title, body: text, labels, assignees }
    yield* yieldIssue(await (await openGithub(context)).json('POST', `/repos/${repository}/issues`, { json }))
  },
})
