import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { capabilities, keyPin, openS3, placePins, regionHeader, toUrl } from './api.ts'
import { credentials, place } from './samples.ts'

export const deleteObject = defineBlock({
  id: 'f77c8381-dcb3-4d1b-9b30-f38263e42ba0',
  name: 'delete-object',
  icon: 'trash-2',
  description: 'Delete an object of an S3 bucket.',
  category: 'CLOUD',
  synonyms: ['remove file', 'delete file', 'aws'],
  capabilities,
  onCrash: 'retry',
  timeoutMs: 600_000,
  input: z.object({ ...placePins, key: keyPin }),
  output: z.object({ key: z.string().describe('The key of the object, which does not exist any more.') }),
  tests: [
    {
      name: 'deletes the object',
      input: { ...place, key: 'a' },
      credentials,
      http: { 'DELETE https://s3.example.com/reports/a': { status: 204 } },
      output: [['key', 'a']],
    },
    {
      name: 'reports that access is denied',
      input: { ...place, key: 'a' },
      credentials,
      http: { 'DELETE https://s3.example.com/reports/a': { status: 403, text: '<Error><Code>AccessDenied</Code></Error>' } },
      output: [['error', 'S3 answered with status 403: AccessDenied']],
    },
  ],
  async *run({ key, ...place }, context) {
    await (await openS3(context)).send('DELETE', toUrl(place, key), { headers: regionHeader(place) })
    yield ['key', key]
  },
})
