import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { capabilities, keyPin, openS3, placePins, regionHeader, toUrl } from './api.ts'
import { readText } from './xml.ts'
import { credentials, place } from './samples.ts'

export const copyObject = defineBlock({
  id: 'c8906a17-8883-4d40-857b-149c0dcc265c',
  name: 'copy-object',
  icon: 'copy',
  description: 'Copy an object within an S3 storage.',
  category: 'CLOUD',
  synonyms: ['duplicate', 'move file', 'aws'],
  capabilities,
  onCrash: 'retry',
  timeoutMs: 600_000,
  input: z.object({
    ...placePins,
    key: keyPin,
    to_key: keyPin.meta({ title: 'New key', description: 'The key of the copy.' }),
    to_bucket: z
      .string()
      .default('')
      .meta({ title: 'New bucket', description: 'The bucket of the copy. By default the same bucket.' }),
  }),
  output: z.object({ key: z.string().describe('The key of the copy.'), etag: z.string().describe('The ETag of the copy.') }),
  tests: [
    {
      name: 'copies the object',
      input: { ...place, key: 'a', to_key: 'b' },
      credentials,
      http: {
        'PUT https://s3.example.com/reports/b': { text: '<CopyObjectResult><ETag>&quot;e1&quot;</ETag></CopyObjectResult>' },
      },
      output: [
        ['key', 'b'],
        ['etag', 'e1'],
      ],
    },
    {
      name: 'reports a failure in an answer with the status 200',
      input: { ...place, key: 'a', to_key: 'b' },
      credentials,
      http: {
        'PUT https://s3.example.com/reports/b': { text: '<Error><Code>InternalError</Code><Message>Try again</Message></Error>' },
      },
      output: [['error', 'S3 answered with status 200: InternalError: Try again']],
    },
  ],
  async *run({ key, to_key, to_bucket, ...place }, context) {
    const source = new URL(toUrl(place, key)).pathname
    const target = toUrl({ ...place, bucket: to_bucket || place.bucket }, to_key)
    const headers = { ...regionHeader(place), 'x-amz-copy-source': source }
    const { text } = await (await openS3(context)).send('PUT', target, { headers })
    yield ['key', to_key]
    yield ['etag', readText(text, 'ETag')?.replaceAll('"', '') ?? '']
  },
})
