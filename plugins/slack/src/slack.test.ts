import { runAgainst, settle, type TestService } from '@ashlar/sdk/rest/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { postMessage } from './post-message.ts'
import { readMessages } from './read-messages.ts'
import { uploadFile } from './upload-file.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))
afterEach(() => void vi.useRealTimers())

const run: typeof runAgainst = (...args) => settle(runAgainst(...args))

describe('messages of a channel', () => {
  /** A channel with 450 messages, in pages of at most 200. */
  const channel: TestService = ({ url }) => {
    const query = new URL(url).searchParams
    const from = Number(query.get('cursor') ?? 0)
    const end = Math.min(450, from + Number(query.get('limit')))
    const messages = Array.from({ length: end - from }, (_, i) => ({ ts: `${450 - from - i}.0`, user: 'U1', text: '' }))
    return Response.json({ ok: true, messages, response_metadata: { next_cursor: end < 450 ? String(end) : '' } })
  }

  it('are read page by page', async () => {
    const { outputs, requests } = await run(readMessages, { channel: 'C1', limit: 1000 }, channel)
    expect(outputs.at(-1)).toEqual(['count', 450])
    expect(requests).toHaveLength(3)
  })

  it('end at the limit', async () => {
    const { outputs, requests } = await run(readMessages, { channel: 'C1', limit: 250 }, channel)
    expect(outputs.at(-1)).toEqual(['count', 250])
    expect(requests).toHaveLength(2)
  })
})

describe('the rate limit of Slack', () => {
  it.each([
    ['in the status', () => new Response('', { status: 429, headers: { 'retry-after': '3' } }), 3000],
    ['in the body', () => Response.json({ ok: false, error: 'ratelimited' }), 30_000],
  ])('delays a message: %s', async (_what, limited, ms) => {
    const times: number[] = []
    const { outputs } = await run(postMessage, { channel: 'C1', text: 'Hi' }, () => {
      times.push(Date.now())
      return times.length === 1 ? limited() : Response.json({ ok: true, ts: '1.2', channel: 'C1' })
    })
    expect(outputs[0]).toEqual(['ts', '1.2'])
    expect(times.map((time) => time - (times[0] ?? 0))).toEqual([0, ms])
  })
})

describe('an upload to Slack', () => {
  it('sends the bytes to the address that Slack names, and completes it', async () => {
    const received: string[] = []
    const slack: TestService = async (request) => {
      received.push(`${new URL(request.url).pathname} ${await request.text()}`)
      if (request.url.includes('getUploadURLExternal'))
        return Response.json({ ok: true, upload_url: 'https://files.slack.com/upload/v1/x', file_id: 'F1' })
      return request.url.includes('complete') ? Response.json({ ok: true }) : new Response('OK')
    }
    const { outputs } = await run(uploadFile, { channel: 'C1', file: 'out/a.txt' }, slack, { files: { 'out/a.txt': 'hello' } })
    expect(outputs).toEqual([['id', 'F1']])
    expect(received).toEqual([
      '/api/files.getUploadURLExternal ',
      '/upload/v1/x hello',
      '/api/files.completeUploadExternal {"files":[{"id":"F1","title":"a.txt"}],"channel_id":"C1"}',
    ])
  })
})
