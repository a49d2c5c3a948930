import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import {
  credentials,
  limitPin,
  listPins,
  openGithub,
  provider,
  releaseAnswer,
  releaseRow,
  repositoryPin,
  toRelease,
  yieldList,
} from '../api/index.ts'

export const listReleases = defineBlock({
  id: '12a7b592-16f6-4054-853b-8663e9534cae',
  name: 'list-releases',
  icon: 'package',
  description: 'Return the releases of a GitHub repository, the newest first, one after the other and as a list.',
  category: 'DEVELOPER',
  synonyms: ['versions', 'changelog', 'downloads'],
  capabilities: { http: ['GET api.github.com/repos/*'], credentials: [provider.name] },
  onCrash: 'retry',
  timeoutMs: 300_000,
  input: z.object({ repository: repositoryPin, limit: limitPin }),
  output: z.object({ ...listPins }),
  tests: [
    {
      name: 'returns the releases',
      input: { repository: 'o/r', limit: 2 },
      credentials,
      http: {
        'GET https://api.github.com/repos/o/r/releases?per_page=2': { json: [releaseAnswer, { ...releaseAnswer, id: 2 }] },
      },
      output: [
        ['row', releaseRow],
        ['row', { ...releaseRow, id: 2 }],
        ['rows', [releaseRow, { ...releaseRow, id: 2 }]],
        ['count', 2],
      ],
    },
    {
      name: 'refuses a repository without an owner',
      input: { repository: 'r' },
      output: [['error', (message: string) => message.includes('must be like')]],
    },
  ],
  async *run({ repository, limit }, context) {
    yield* yieldList(await openGithub(context), `/repos/${repository}/releases`, { limit, toRow: toRelease })
  },
})
