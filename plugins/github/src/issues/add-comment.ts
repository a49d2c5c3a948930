import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openGithub, provider } from '../api.ts'
import { numberPin, repositoryPin, urlOut } from '../pins.ts'
import { credentials } from '../samples.ts'

export const addComment = defineBlock({
  id: 'b3516f23-39d8-494d-9999-1c6afbdfb719',
  name: 'add-comment',
  icon: 'message-square',
  description: 'Comment on a GitHub issue or pull request.',
  category: 'DEVELOPER',
  synonyms: ['reply to issue', 'create comment'],
  capabilities: { http: ['POST api.github.com/repos/*'], credentials: [provider.name] },
  timeoutMs: 300_000,
  input: z.object({
    repository: repositoryPin,
    number: numberPin,
    text: z.string().min(1).describe('The comment, in Markdown.'),
  }),
  output: z.object({ id: z.union([z.int(), z.bigint()]).describe('The id of the comment.'), url: urlOut }),
  tests: [
    {
      name: 'adds the comment',
      input: { repository: 'o/r', number: 7, text: 'Yes' },
      credentials,
      http: {
        'POST https://api.github.com/repos/o/r/issues/7/comments': {
          status: 201,
          json: { id: 5, html_url: 'https://github.com/o/r/issues/7#5' },
        },
      },
      output: [
        ['id', 5],
        ['url', 'https://github.com/o/r/issues/7#5'],
      ],
    },
    {
      name: 'refuses a repository without an owner',
      input: { repository: 'r', number: 7, text: 'x' },
      output: [['error', (message: string) => message.includes('must be like')]],
    },
  ],
  async *run({ repository, number, text }, context) {
    const path = `/repos/${repository}/issues/${number}/comments`
    const answer = await (await openGithub(context)).json('POST', path, { json: { body: text } })
    const { id, html_url } = z.object({ id: z.union([z.int(), z.bigint()]), html_url: z.string() }).parse(answer)
    yield ['id', id]
    yield ['url', html_url]
  },
})
