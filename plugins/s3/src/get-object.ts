import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { capabilities, findError, keyPin, placePins, provider, regionHeader, toUrl } from './api.ts'
import { credentials, noSuchKey, noSuchKeyMessage, place } from './samples.ts'

export const getObject = defineBlock({
  id: '9a2308ed-7f90-4479-a8c2-1310f97d71b0',
  name: 'get-object',
  icon: 'download',
  description: 'Save an object of an S3 bucket as a file of the execution.',
  category: 'CLOUD',
  synonyms: ['download', 'get file', 'read file', 'aws'],
  capabilities: { ...capabilities, files: ['write'] },
  onCrash: 'retry',
  timeoutMs: 600_000,
  input: z.object({
    ...placePins,
    key: keyPin,
    file: z
      .string()
      .default('')
      .meta({ title: 'File', description: 'The path of the file to write. By default the last part of the key.' }),
  }),
  output: z.object({
    file: z.string().meta({ title: 'File', description: 'The path of the file.' }),
    bytes: z.int().describe('The size of the file.'),
    content_type: z.string().describe('The media type of the object.'),
  }),
  tests: [
    {
      name: 'saves the object',
      input: { ...place, key: 'a/b c.txt' },
      credentials,
      http: { 'GET https://s3.example.com/reports/a/b%20c.txt': { text: 'hello' } },
      output: [
        ['file', 'b c.txt'],
        ['bytes', 5],
        ['content_type', 'text/plain;charset=UTF-8'],
      ],
    },
    {
      name: 'reports an object that does not exist',
      input: { ...place, key: 'none' },
      credentials,
      http: { 'GET https://s3.example.com/reports/none': noSuchKey },
      output: [['error', noSuchKeyMessage]],
    },
    {
      name: 'refuses a key that leaves the bucket',
      input: { ...place, key: '../other/a' },
      credentials,
      output: [['error', 'the key must not contain the segment ".."']],
    },
  ],
  async *run({ key, file, ...place }, context) {
    const { fetch } = await context.credentials(provider.name)
    const response = await fetch(toUrl(place, key), { headers: regionHeader(place), signal: context.signal })
    if (!response.ok || !response.body)
      throw new Error(findError({ status: response.status, text: await response.text() }) ?? 'the object has no content')
    const saved = await context.files.write(file || key.slice(key.lastIndexOf('/') + 1), response.body)
    yield ['file', saved.path]
    yield ['bytes', saved.bytes]
    yield ['content_type', response.headers.get('content-type') ?? 'application/octet-stream']
  },
})
