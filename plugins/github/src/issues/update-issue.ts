import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import {
  credentials,
  issueAnswer,
  issueOutputs,
  issueRow,
  labelsPin,
  numberPin,
  openGithub,
  provider,
  repositoryPin,
  yieldIssue,
} from '../api/index.ts'

export const updateIssue = defineBlock({
  id: 'd91d0521-8d76-4379-bdb5-16558fff526d',
  name: 'update-issue',
  icon: 'pencil',
  description: 'Change the title, text, state, labels or assignees of a GitHub issue.',
  category: 'DEVELOPER',
  synonyms: ['edit issue', 'close issue', 'reopen issue'],
  capabilities: { http: ['PATCH api.github.com/repos/*'], credentials: [provider.name] },
  timeoutMs: 300_000,
  input: z.object({
    repository: repositoryPin,
    number: numberPin,
    title: z.string().min(1).optional().describe('The new title.'),
    text: z.string().optional().describe('The new text, in Markdown.'),
    state: z.enum(['open', 'closed']).optional().describe('The new state.'),
    labels: labelsPin.optional().describe('Replaces all labels.'),
    assignees: z.array(z.string()).optional().describe('Replaces all assignees.'),
  }),
  output: issueOutputs,
  tests: [
    {
      name: 'changes the issue',
      input: { repository: 'o/r', number: 7, state: 'closed' },
      credentials,
      http: { 'PATCH https://api.github.com/repos/o/r/issues/7': { json: { ...issueAnswer, state: 'closed' } } },
      output: [
        ['issue', { ...issueRow, state: 'closed' }],
        ['number', 7],
        ['url', 'https://github.com/o/r/issues/7'],
      ],
    },
    {
      name: 'needs a change',
      input: { repository: 'o/r', number: 7 },
      output: [['error', 'set at least one of title, text, state, labels and assignees']],
    },
  ],
  async *run({ repository, number, text, ...rest }, context) {
    const json = { ...rest, body: text }
    if (Object.values(json).every((value) => value === undefined))
      throw new Error('set at least one of title, text, state, labels and assignees')
    const api = await openGithub(context)
    // The same values again change nothing, so the request may be repeated.
    yield* yieldIssue(await api.json('PATCH', `/repos/${repository}/issues/${number}`, { json, isRepeatable: true }))
  },
})
