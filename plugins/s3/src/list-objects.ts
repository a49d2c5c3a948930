import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { capabilities, openS3, placePins, regionHeader, toUrl } from './api.ts'
import { readRecords, readText } from './xml.ts'
import { credentials, place } from './samples.ts'

const first = { key: 'a/1 & 2', bytes: 5, etag: 'e1', modified_at: '2026-01-01T00:00:00Z' }
const second = { key: 'a/3', bytes: 0, etag: null, modified_at: null }

export const listObjects = defineBlock({
  id: 'e79ed3fd-ba16-4b16-890a-3487fb2ffd7e',
  name: 'list-objects',
  icon: 'list',
  description: 'Return the objects of an S3 bucket, one after the other and as a list.',
  category: 'CLOUD',
  synonyms: ['list files', 'bucket', 'aws', 'minio', 'cloud storage'],
  capabilities,
  onCrash: 'retry',
  timeoutMs: 600_000,
  input: z.object({
    ...placePins,
    prefix: z
      .string()
      .default('')
      .meta({ title: 'Prefix', description: 'Only objects whose keys start with this text.', examples: ['2026/'] }),
    limit: z.int().min(1).max(100_000).default(1000).meta({ title: 'Limit', description: 'The maximum number of objects.' }),
  }),
  output: z.object({
    row: z
      .record(z.string(), z.unknown())
      .meta({ title: 'Row', description: 'Each object: its key, bytes, etag and modified_at.', many: true }),
    rows: z.array(z.record(z.string(), z.unknown())).meta({ title: 'Rows', description: 'All objects as a list.' }),
    count: z.int().meta({ title: 'Count', description: 'The number of objects.' }),
  }),
  tests: [
    {
      name: 'reads all pages',
      input: { ...place, prefix: 'a/' },
      credentials,
      http: {
        'GET https://s3.example.com/reports?list-type=2&max-keys=1000&prefix=a%2F': {
          text: '<ListBucketResult><Contents><Key>a/1 &amp; 2</Key><Size>5</Size><ETag>"e1"</ETag><LastModified>2026-01-01T00:00:00Z</LastModified></Contents><NextContinuationToken>t=</NextContinuationToken></ListBucketResult>',
        },
        'GET https://s3.example.com/reports?list-type=2&max-keys=999&prefix=a%2F&continuation-token=t%3D': {
          text: '<ListBucketResult><Contents><Key>a/3</Key><Size>0</Size></Contents></ListBucketResult>',
        },
      },
      output: [
        ['row', first],
        ['row', second],
        ['rows', [first, second]],
        ['count', 2],
      ],
    },
    {
      name: 'reports a bucket that does not exist',
      input: place,
      credentials,
      http: { 'GET https://s3.example.com/reports': { status: 404, text: '<Error><Code>NoSuchBucket</Code></Error>' } },
      output: [['error', 'S3 answered with status 404: NoSuchBucket']],
    },
    {
      name: 'refuses an endpoint that is no address',
      input: { ...place, endpoint: 's3' },
      output: [['error', (message: string) => message.includes('endpoint')]],
    },
  ],
  async *run({ prefix, limit, ...place }, context) {
    const api = await openS3(context)
    const rows: Record<string, unknown>[] = []
    for (let token: string | undefined, isLast = false; !isLast && rows.length < limit;) {
      const query = {
        'list-type': 2,
        'max-keys': Math.min(1000, limit - rows.length),
        prefix: prefix || undefined,
        'continuation-token': token,
      }
      const { text } = await api.send('GET', toUrl(place), { query, headers: regionHeader(place) })
      for (const object of readRecords(text, 'Contents')) {
        const row = {
          key: object.Key ?? '',
          bytes: Number(object.Size),
          etag: object.ETag?.replaceAll('"', '') ?? null,
          modified_at: object.LastModified ?? null,
        }
        rows.push(row)
        yield ['row', row]
      }
      token = readText(text, 'NextContinuationToken')
      isLast = token === undefined
    }
    yield ['rows', rows]
    yield ['count', rows.length]
  },
})
