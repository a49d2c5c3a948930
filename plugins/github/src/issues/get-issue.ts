import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openGithub, provider } from '../api.ts'
import { numberPin, repositoryPin, urlOut } from '../pins.ts'
import { credentials, issueAnswer, issueRow, notFound, notFoundMessage } from '../samples.ts'
import { toIssue } from '../shapes.ts'

export const getIssue = defineBlock({
  id: '7c94223d-1b1f-4b3c-b75f-737093a65d50',
  name: 'get-issue',
  icon: 'circle-dot',
  description: 'Return one issue of a GitHub repository.',
  category: 'DEVELOPER',
  synonyms: ['read issue', 'ticket', 'bug'],
  capabilities: { http: ['GET api.github.com/repos/*'], credentials: [provider.name] },
  onCrash: 'retry',
  timeoutMs: 300_000,
  input: z.object({ repository: repositoryPin, number: numberPin }),
  output: z.object({
    issue: z.record(z.string(), z.unknown()).describe('The issue, as a dictionary.'),
    number: z.int().describe('The number of the issue.'),
    url: urlOut,
  }),
  tests: [
    {
      name: 'returns the issue',
      input: { repository: 'o/r', number: 7 },
      credentials,
      http: { 'GET https://api.github.com/repos/o/r/issues/7': { json: issueAnswer } },
      output: [
        ['issue', issueRow],
        ['number', 7],
        ['url', 'https://github.com/o/r/issues/7'],
      ],
    },
    {
      name: 'reports an issue that does not exist',
      input: { repository: 'o/r', number: 9 },
      credentials,
      http: { 'GET https://api.github.com/repos/o/r/issues/9': notFound },
      output: [['error', notFoundMessage]],
    },
  ],
  async *run({ repository, number }, context) {
    const issue = toIssue(await (await openGithub(context)).json('GET', `/repos/${repository}/issues/${number}`))
    yield ['issue', issue]
    yield ['number', issue.number]
    yield ['url', issue.url]
  },
})
