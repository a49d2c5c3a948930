import { expect, it } from 'vitest'
import { parseEventStream } from './sse.ts'

async function parse(...chunks: (string | Uint8Array)[]): Promise<unknown[]> {
  const source = async function* () {
    for (const chunk of chunks) yield typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk
  }
  const messages: unknown[] = []
  for await (const message of parseEventStream(source())) messages.push(message)
  return messages
}

it('skips comments and pings', async () => {
  const text = ':\n\nevent: next\ndata: {"a":1}\n\n:\n\nevent: complete\ndata:\n\n'
  expect(await parse(text)).toEqual([
    { event: 'next', data: '{"a":1}' },
    { event: 'complete', data: '' },
  ])
})

it('returns the same messages for any chunks, even if a chunk ends inside a character', async () => {
  const bytes = new TextEncoder().encode('event: next\r\ndata: "é€😀"\r\n\r\nevent: next\ndata: a\ndata: b\n\n')
  const expected = [
    { event: 'next', data: '"é€😀"' },
    { event: 'next', data: 'a\nb' },
  ]
  expect(await parse(bytes)).toEqual(expected)
  expect(await parse(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(expected)
})

it('skips an incomplete message', async () => {
  expect(await parse('event: next\ndata: 1\n\nevent: next\ndata: 2\n')).toEqual([{ event: 'next', data: '1' }])
})
