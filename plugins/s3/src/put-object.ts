import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { capabilities, keyPin, openS3, placePins, regionHeader, toUrl } from './api.ts'
import { putFile, putWhole } from './upload.ts'
import { credentials, place } from './samples.ts'

export const putObject = defineBlock({
  id: 'c7dfa15b-1c1d-4dd4-b008-4b43c9bb09b4',
  name: 'put-object',
  icon: 'upload',
  description: 'Save a file of the execution, or a text, as an object of an S3 bucket.',
  category: 'CLOUD',
  synonyms: ['upload', 'save file', 'write file', 'aws'],
  capabilities: { ...capabilities, files: ['read'] },
  onCrash: 'retry',
  timeoutMs: 600_000,
  input: z.object({
    ...placePins,
    key: keyPin,
    file: z.string().default('').meta({ title: 'File', description: 'The path of the file to upload.' }),
    text: z.string().optional().meta({ title: 'Text', description: 'The content, instead of a file.' }),
    content_type: z.string().default('').describe('The media type, such as text/csv.'),
  }),
  output: z.object({ key: z.string().describe('The key of the object.'), etag: z.string().describe('The ETag of the object.') }),
  tests: [
    {
      name: 'uploads a file',
      input: { ...place, key: 'a.txt', file: 'out/a.txt' },
      files: { 'out/a.txt': 'hello' },
      credentials,
      http: { 'PUT https://s3.example.com/reports/a.txt': { headers: { etag: '"e1"' } } },
      output: [
        ['key', 'a.txt'],
        ['etag', 'e1'],
      ],
    },
    {
      name: 'uploads a text',
      input: { ...place, key: 'a.txt', text: '' },
      credentials,
      http: { 'PUT https://s3.example.com/reports/a.txt': { headers: { etag: '"e2"' } } },
      output: [
        ['key', 'a.txt'],
        ['etag', 'e2'],
      ],
    },
    {
      name: 'needs a file or a text',
      input: { ...place, key: 'a.txt' },
      credentials,
      output: [['error', 'set either "file" or "text"']],
    },
    {
      name: 'reports that access is denied',
      input: { ...place, key: 'a.txt', text: 'x' },
      credentials,
      http: {
        'PUT https://s3.example.com/reports/a.txt': {
          status: 403,
          text: '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>',
        },
      },
      output: [
        ['key', 'a.txt'],
        ['error', 'S3 answered with status 403: AccessDenied: Access Denied'],
      ],
    },
  ],
  async *run({ key, file, text, content_type, ...place }, context) {
    if ((file === '') === (text === undefined)) throw new Error('set either "file" or "text"')
    const api = await openS3(context)
    const target = {
      url: toUrl(place, key),
      headers: { ...regionHeader(place), ...(content_type !== '' && { 'content-type': content_type }) },
    }
    yield ['key', key]
    if (text !== undefined) yield ['etag', await putWhole(api, target, new TextEncoder().encode(text))]
    else yield ['etag', await putFile(api, target, context.files, file)]
  },
})
