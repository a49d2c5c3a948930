import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openSlack, provider } from './api.ts'
import { channelIdPin, timestampPin } from './pins.ts'
import { credentials } from './samples.ts'

const targetSchema = z.object({ upload_url: z.string(), file_id: z.string() })

export const uploadFile = defineBlock({
  id: '5329303b-b0f2-4049-bba2-78f4692bb3b7',
  name: 'upload-file',
  icon: 'upload',
  description: 'Upload a file of the execution to a Slack channel.',
  category: 'MESSAGING',
  synonyms: ['send file', 'share file', 'attach'],
  capabilities: {
    http: [
      'GET slack.com/api/files.getUploadURLExternal',
      'POST slack.com/api/files.completeUploadExternal',
      'POST files.slack.com/upload/*',
    ],
    credentials: [provider.name],
    files: ['read'],
  },
  timeoutMs: 300_000,
  input: z.object({
    channel: channelIdPin,
    file: z.string().min(1).describe('The path of the file in the files of the execution.'),
    title: z.string().default('').describe('The title of the file. By default its name.'),
    text: z.string().default('').describe('A message to post with the file.'),
    thread: timestampPin.optional().meta({ description: 'The "ts" of a message, to reply in its thread.', advanced: true }),
  }),
  output: z.object({ id: z.string().describe('The id of the file.') }),
  tests: [
    {
      name: 'uploads the file in three steps',
      input: { channel: 'C1', file: 'out/a.txt' },
      files: { 'out/a.txt': 'hello' },
      credentials,
      http: {
        'GET https://slack.com/api/files.getUploadURLExternal?filename=a.txt&length=5': {
          json: { ok: true, upload_url: 'https://files.slack.com/upload/v1/abc', file_id: 'F1' },
        },
        'POST https://files.slack.com/upload/v1/abc': { text: 'OK' },
        'POST https://slack.com/api/files.completeUploadExternal': { json: { ok: true } },
      },
      output: [['id', 'F1']],
    },
    {
      name: 'needs a file that exists',
      input: { channel: 'C1', file: 'none' },
      credentials,
      output: [['error', (message: string) => message.includes('none')]],
    },
  ],
  async *run({ channel, file, title, text, thread }, context) {
    const api = await openSlack(context)
    const bytes = await context.files.read(file)
    const name = file.slice(file.lastIndexOf('/') + 1)
    const target = targetSchema.parse(
      await api.json('GET', '/files.getUploadURLExternal', { query: { filename: name, length: bytes.length } }),
    )
    const sent = await context.fetch(target.upload_url, {
      method: 'POST',
      body: bytes as Uint8Array<ArrayBuffer>,
      signal: context.signal,
    })
    if (!sent.ok) throw new Error(`Slack answered the upload with status ${sent.status}`)
    const json = {
      files: [{ id: target.file_id, title: title || name }],
      channel_id: channel,
      initial_comment: text || undefined,
      thread_ts: thread,
    }
    await api.json('POST', '/files.completeUploadExternal', { json })
    yield ['id', target.file_id]
  },
})
