import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openGithub, provider } from '../api.ts'
import { findVersion, pathPin, toContentsPath } from '../contents.ts'
import { repositoryPin, urlOut } from '../pins.ts'
import { credentials, notFound } from '../samples.ts'

const answerSchema = z.object({
  content: z.object({ sha: z.string(), html_url: z.string() }),
  commit: z.object({ sha: z.string() }),
})

export const putFile = defineBlock({
  id: '87f7fae7-a106-4a68-a245-6837e0be1a75',
  name: 'put-file',
  icon: 'file-pen',
  description: 'Create or replace a file of a GitHub repository, as one commit.',
  category: 'DEVELOPER',
  synonyms: ['upload file', 'commit file', 'save file', 'write repository file'],
  capabilities: { http: ['GET,PUT api.github.com/repos/*'], credentials: [provider.name] },
  timeoutMs: 300_000,
  input: z.object({
    repository: repositoryPin,
    path: pathPin,
    text: z.string().describe('The new text of the file.'),
    message: z.string().min(1).describe('The message of the commit.'),
    branch: z.string().default('').describe('The branch to change. By default the main branch.'),
    sha: z.string().optional().meta({
      description:
        'The version to replace, from the block get-file. If the file has changed since, the block fails. By default the newest version.',
      advanced: true,
    }),
  }),
  output: z.object({
    sha: z.string().describe('The id of the new version of the file.'),
    commit: z.string().describe('The id of the commit.'),
    url: urlOut,
  }),
  tests: [
    {
      name: 'creates a file',
      input: { repository: 'o/r', path: 'a.md', text: 'Hi', message: 'Add' },
      credentials,
      http: {
        'GET https://api.github.com/repos/o/r/contents/a.md': notFound,
        'PUT https://api.github.com/repos/o/r/contents/a.md': {
          status: 201,
          json: { content: { sha: 's1', html_url: 'https://github.com/o/r/blob/main/a.md' }, commit: { sha: 'c1' } },
        },
      },
      output: [
        ['sha', 's1'],
        ['commit', 'c1'],
        ['url', 'https://github.com/o/r/blob/main/a.md'],
      ],
    },
    {
      name: 'reports that the file has changed',
      input: { repository: 'o/r', path: 'a.md', text: 'Hi', message: 'Change', sha: 'old' },
      credentials,
      http: {
        'PUT https://api.github.com/repos/o/r/contents/a.md': { status: 409, json: { message: 'a.md does not match old' } },
      },
      output: [['error', 'GitHub answered with status 409: a.md does not match old']],
    },
  ],
  async *run({ repository, path, text, message, branch, sha }, context) {
    const api = await openGithub(context)
    const place = { repository, path, query: { ref: branch || undefined } }
    const known = sha ?? (await findVersion(api, place))
    const json = { message, content: new TextEncoder().encode(text).toBase64(), branch: branch || undefined, sha: known }
    const { content, commit } = answerSchema.parse(await api.json('PUT', toContentsPath(place), { json }))
    yield ['sha', content.sha]
    yield ['commit', commit.sha]
    yield ['url', content.html_url]
  },
})
