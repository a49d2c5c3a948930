import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import {
  credentials,
  issueAnswer,
  issueOutputs,
  issueRow,
  notFound,
  notFoundMessage,
  numberPin,
  openGithub,
  provider,
  repositoryPin,
  yieldIssue,
} from '../api/index.ts'

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
  output: issueOutputs,
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
    yield* yieldIssue(await (await openGithub(context)).json('GET', `/repos/${repository}/issues/${number}`))
  },
})
