import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import {
  credentials,
  notFound,
  notFoundMessage,
  numberPin,
  openGithub,
  provider,
  pullAnswer,
  pullOutputs,
  pullRow,
  repositoryPin,
  yieldPull,
} from '../api/index.ts'

export const getPullRequest = defineBlock({
  id: 'f612e143-3174-4062-8c5f-39eb6e9afb0a',
  name: 'get-pull-request',
  icon: 'git-pull-request',
  description: 'Return one pull request of a GitHub repository, with its branches and whether it can be merged.',
  category: 'DEVELOPER',
  synonyms: ['read pr', 'merge request'],
  capabilities: { http: ['GET api.github.com/repos/*'], credentials: [provider.name] },
  onCrash: 'retry',
  timeoutMs: 300_000,
  input: z.object({ repository: repositoryPin, number: numberPin }),
  output: pullOutputs,
  tests: [
    {
      name: 'returns the pull request',
      input: { repository: 'o/r', number: 8 },
      credentials,
      http: { 'GET https://api.github.com/repos/o/r/pulls/8': { json: pullAnswer } },
      output: [
        ['pull_request', pullRow],
        ['number', 8],
        ['url', 'https://github.com/o/r/pull/8'],
      ],
    },
    {
      name: 'reports one that does not exist',
      input: { repository: 'o/r', number: 9 },
      credentials,
      http: { 'GET https://api.github.com/repos/o/r/pulls/9': notFound },
      output: [['error', notFoundMessage]],
    },
  ],
  async *run({ repository, number }, context) {
    yield* yieldPull(await (await openGithub(context)).json('GET', `/repos/${repository}/pulls/${number}`))
  },
})
