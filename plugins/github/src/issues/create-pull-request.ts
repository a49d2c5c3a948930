import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { credentials, openGithub, provider, pullAnswer, pullOutputs, pullRow, repositoryPin, yieldPull } from '../api/index.ts'

export const createPullRequest = defineBlock({
  id: '7d7d90b6-d956-4f9e-b20d-d02136b35f9e',
  name: 'create-pull-request',
  icon: 'git-pull-request-create',
  description: 'Open a pull request in a GitHub repository.',
  category: 'DEVELOPER',
  synonyms: ['new pr', 'merge request'],
  capabilities: { http: ['POST api.github.com/repos/*'], credentials: [provider.name] },
  timeoutMs: 300_000,
  input: z.object({
    repository: repositoryPin,
    title: z.string().min(1).describe('The title of the pull request.'),
    text: z.string().default('').describe('The text of the pull request, in Markdown.'),
    head: z
      .string()
      .min(1)
      .meta({ description: 'The branch with the changes; owner:branch for a fork.', examples: ['faster'] }),
    base: z.string().min(1).default('main').describe('The branch to change.'),
    draft: z.boolean().default(false).meta({ description: 'Whether the pull request is a draft.', advanced: true }),
  }),
  output: pullOutputs,
  tests: [
    {
      name: 'opens the pull request',
      input: { repository: 'o/r', title: 'Faster', head: 'faster' },
      credentials,
      http: { 'POST https://api.github.com/repos/o/r/pulls': { status: 201, json: pullAnswer } },
      output: [
        ['pull_request', pullRow],
        ['number', 8],
        ['url', 'https://github.com/o/r/pull/8'],
      ],
    },
    {
      name: 'reports a pull request that exists',
      input: { repository: 'o/r', title: 'Faster', head: 'faster' },
      credentials,
      http: {
        'POST https://api.github.com/repos/o/r/pulls': {
          status: 422,
          json: { message: 'Validation Failed', errors: [{ message: 'A pull request already exists for o:faster.' }] },
        },
      },
      output: [['error', 'GitHub answered with status 422: Validation Failed; A pull request already exists for o:faster.']],
    },
  ],
  async *run({ repository, text, ...rest }, context) {
    const json = { ...rest, body: text }
    yield* yieldPull(await (await openGithub(context)).json('POST', `/repos/${repository}/pulls`, { json }))
  },
})
