import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openGithub, provider } from '../api.ts'
import { decodeUtf8, pathPin, readContents } from '../contents.ts'
import { repositoryPin, urlOut } from '../pins.ts'
import { credentials } from '../samples.ts'

export const getFile = defineBlock({
  id: '8d49e63a-6659-4e42-9a1a-e02dd42d9b91',
  name: 'get-file',
  icon: 'file-text',
  description: 'Read a file of a GitHub repository.',
  category: 'DEVELOPER',
  synonyms: ['download file', 'file contents', 'read repository file'],
  capabilities: { http: ['GET api.github.com/repos/*'], credentials: [provider.name] },
  onCrash: 'retry',
  timeoutMs: 300_000,
  input: z.object({
    repository: repositoryPin,
    path: pathPin,
    branch: z.string().default('').describe('Branch, tag or commit. By default the main branch.'),
  }),
  output: z.object({
    text: z.string().describe('The text of the file, if it is UTF-8.'),
    base64: z.string().describe('The bytes of any other file, as Base64.'),
    sha: z.string().describe('The id of this version of the file.'),
    url: urlOut,
  }),
  tests: [
    {
      name: 'returns text',
      input: { repository: 'o/r', path: 'docs/a b.md' },
      credentials,
      http: {
        'GET https://api.github.com/repos/o/r/contents/docs/a%20b.md': {
          json: {
            type: 'file',
            encoding: 'base64',
            content: 'SGVs\nbG8=',
            sha: 's1',
            html_url: 'https://github.com/o/r/blob/main/a',
          },
        },
      },
      output: [
        ['text', 'Hello'],
        ['sha', 's1'],
        ['url', 'https://github.com/o/r/blob/main/a'],
      ],
    },
    {
      name: 'reads a file of more than 1 MB as a blob',
      input: { repository: 'o/r', path: 'big' },
      credentials,
      http: {
        'GET https://api.github.com/repos/o/r/contents/big': {
          json: { type: 'file', encoding: 'none', content: '', sha: 's2', html_url: 'https://github.com/o/r/blob/main/big' },
        },
        'GET https://api.github.com/repos/o/r/git/blobs/s2': { json: { content: '/w==' } },
      },
      output: [
        ['base64', '/w=='],
        ['sha', 's2'],
        ['url', 'https://github.com/o/r/blob/main/big'],
      ],
    },
    {
      name: 'refuses a folder',
      input: { repository: 'o/r', path: 'docs' },
      credentials,
      http: { 'GET https://api.github.com/repos/o/r/contents/docs': { json: [] } },
      output: [['error', 'docs is a folder: name a file']],
    },
    {
      name: 'refuses a path that leaves the repository',
      input: { repository: 'o/r', path: '../../other' },
      output: [['error', (message: string) => message.includes('path')]],
    },
  ],
  async *run({ repository, path, branch }, context) {
    const api = await openGithub(context)
    const found = await readContents(api, { repository, path, query: { ref: branch || undefined } })
    const bytes = Uint8Array.fromBase64(found.content)
    const text = decodeUtf8(bytes)
    if (text === undefined) yield ['base64', bytes.toBase64()]
    else yield ['text', text]
    yield ['sha', found.sha]
    yield ['url', found.url]
  },
})
