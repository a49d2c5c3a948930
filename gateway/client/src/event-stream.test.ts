import { expect, it } from 'vitest'
import { parseEventStream } from './event-stream.ts'

async function parse(...chunks: (string | Uint8Array)[]): Promise<unknown[]> {
  const source = async function* () {
    for (const chunk of chunks) yield typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk
  }
  const messages: unknown[] = []
  for await (const message of parseEventStream(source())) messages.push(message)
  return messages
}

it('skips comments and pings', async () => {
  const text = ':\n\nevent: next\n: a comment\ndata: {"a":1}\n\n:\n\nevent: complete\ndata:\n\n'
  expect(await parse(text)).toEqual([
    { event: 'next', data: '{"a":1}' },
    { event: 'complete', data: '' },
  ])
})

it('returns the same messages for any chunks, even if a chunk ends inside a character or a line end', async () => {
  const bytes = new TextEncoder().encode('id: 1\r\nevent: next\r\ndata: "é€😀"\r\n\r\nevent: next\nid:2\ndata: a\ndata:  b\n\n')
  const expected = [
    { event: 'next', id: '1', data: '"é€😀"' },
    { event: 'next', id: '2', data: 'a\n b' },
  ]
  expect(await parse(bytes)).toEqual(expected)
  expect(await parse(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(expected)
})

it('skips an incomplete message', async () => {
  expect(await parse('event: next\ndata: 1\n\nevent: next\ndata: 2\n')).toEqual([{ event: 'next', data: '1' }])
})
