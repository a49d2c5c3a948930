import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { capabilities, keyPin, placePins, provider, toUrl } from './api.ts'
import { credentials, place } from './samples.ts'

export const presignedLink = defineBlock({
  id: 'eccd6e5a-c559-48e2-b28f-4513c1cc739d',
  name: 'presigned-link',
  icon: 'link',
  description: 'Create a link with which anyone can download or upload one object of an S3 bucket for a limited time.',
  category: 'CLOUD',
  synonyms: ['presigned url', 'share file', 'temporary link', 'signed url', 'aws'],
  capabilities: { ...capabilities, 'credentials.presign': [provider.name] },
  onCrash: 'retry',
  timeoutMs: 600_000,
  input: z.object({
    ...placePins,
    key: keyPin,
    action: z.enum(['download', 'upload']).default('download').describe('What the link allows.'),
    seconds: z
      .int()
      .min(1)
      .max(604_800)
      .default(3600)
      .meta({ title: 'Seconds', description: 'How long the link is valid, at most seven days.' }),
  }),
  output: z.object({ url: z.string().meta({ title: 'URL', description: 'The link.' }) }),
  tests: [
    {
      name: 'signs a link',
      input: { ...place, key: 'a b', seconds: 60 },
      credentials,
      http: { 'GET https://s3.example.com/reports/a%20b': {} },
      output: [
        [
          'url',
          (url: string) =>
            /^https:\/\/s3\.example\.com\/reports\/a%20b\?X-Amz-Expires=60&.*X-Amz-Signature=[0-9a-f]{64}$/.test(url) &&
            !url.includes('test-secret'),
        ],
      ],
    },
    {
      name: 'needs a time of at most seven days',
      input: { ...place, key: 'a', seconds: 604_801 },
      output: [['error', (message: string) => message.includes('seconds')]],
    },
  ],
  async *run({ key, action, seconds, ...place }, context) {
    const credential = await context.credentials(provider.name)
    const options = { method: action === 'download' ? 'GET' : 'PUT', expiresSeconds: seconds } as const
    yield [
      'url',
      await credential.presign(toUrl(place, key), { ...options, ...(place.region !== '' && { region: place.region }) }),
    ]
  },
})
