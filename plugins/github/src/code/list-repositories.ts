import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import type { RestApi } from '@ashlar/sdk/rest'
import { credentials, limitPin, listPins, openGithub, provider, toRepository, yieldList } from '../api/index.ts'

const answer = {
  full_name: 'o/r',
  private: false,
  default_branch: 'main',
  html_url: 'https://github.com/o/r',
  stargazers_count: 4,
}
const row = {
  repository: 'o/r',
  description: '',
  language: null,
  pushed_at: null,
  private: false,
  archived: false,
  default_branch: 'main',
  stars: 4,
  url: 'https://github.com/o/r',
}

export const listRepositories = defineBlock({
  id: '1e5f713d-7130-49cb-804f-a5b33e406cc5',
  name: 'list-repositories',
  icon: 'book-marked',
  description: 'Return the GitHub repositories of a user, an organization or the owner of the credential.',
  category: 'DEVELOPER',
  synonyms: ['repos', 'projects'],
  capabilities: {
    http: ['GET api.github.com/user/repos', 'GET api.github.com/orgs/*', 'GET api.github.com/users/*'],
    credentials: [provider.name],
  },
  onCrash: 'retry',
  timeoutMs: 300_000,
  input: z.object({
    owner: z
      .string()
      .regex(/^[\w-]*$/, 'must be a login name')
      .default('')
      .describe('A user or an organization. By default the owner of the credential.'),
    limit: limitPin,
  }),
  output: z.object({ ...listPins }),
  tests: [
    {
      name: 'returns the repositories of an organization',
      input: { owner: 'o' },
      credentials,
      http: {
        'GET https://api.github.com/users/o': { json: { type: 'Organization' } },
        'GET https://api.github.com/orgs/o/repos': { json: [answer, { ...answer, full_name: 'o/s' }] },
      },
      output: [
        ['row', row],
        ['row', { ...row, repository: 'o/s' }],
        ['rows', [row, { ...row, repository: 'o/s' }]],
        ['count', 2],
      ],
    },
    {
      name: 'returns the own repositories',
      input: {},
      credentials,
      http: { 'GET https://api.github.com/user/repos': { json: [] } },
      output: [
        ['rows', []],
        ['count', 0],
      ],
    },
    { name: 'refuses a path', input: { owner: 'a/b' }, output: [['error', (message: string) => message.includes('login name')]] },
  ],
  async *run({ owner, limit }, context) {
    const api = await openGithub(context)
    const path =
      owner === '' ? '/user/repos' : (await isOrganization(api, owner)) ? `/orgs/${owner}/repos` : `/users/${owner}/repos`
    yield* yieldList(api, path, { limit, toRow: toRepository })
  },
})

async function isOrganization(api: RestApi, owner: string): Promise<boolean> {
  return z.object({ type: z.string() }).parse(await api.json('GET', `/users/${owner}`)).type === 'Organization'
}
