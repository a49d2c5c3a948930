import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JsonPieces } from '../../base/index.ts'
import { encodeFrame, FrameError, FrameReader } from './frames.ts'

const MAX_BYTES = 1000

function read(pieces: readonly Buffer[], maxBytes = MAX_BYTES): unknown[] {
  const messages: unknown[] = []
  const reader = new FrameReader(maxBytes, (message) => messages.push(message))
  for (const piece of pieces) reader.push(piece)
  return messages
}

/** Cuts bytes at the given places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b)
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end))
}

describe('frames', () => {
  it('arrive complete and in order, however the bytes are split', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 20 }), (messages, places) => {
        const expected = JSON.parse(JSON.stringify(messages)) as unknown[]
        expect(read(cut(Buffer.concat(messages.flatMap(encodeFrame)), places), 1e6)).toEqual(expected)
      }),
    )
  })

  it('contain long texts without escapes, however the bytes are split', () => {
    const text = '{"key":"é😀"}'.repeat(2000)
    const messages = [['events', [['a', text, 1], ['b', 'short', 2], [`${text}\ud800`]]], ['pong'], [text, { kind: 'load' }, '']]
    const bytes = Buffer.concat(messages.flatMap(encodeFrame))
    expect(read([bytes], 1e6)).toEqual(messages)
    expect(read(cut(bytes, [1, 4, 5, 7, 100, 40_000, 90_001]), 1e6)).toEqual(messages)
    expect(Buffer.concat(encodeFrame([text])).length).toBeLessThan(Buffer.byteLength(text) + 50)
  })

  it('contain the pieces of a text as one text', () => {
    const pieces = new JsonPieces(['{"é":', Buffer.from('"😀"'), '}'])
    expect(read(encodeFrame(['calls', [[1, pieces]], pieces]))).toEqual([['calls', [[1, '{"é":"😀"}']], '{"é":"😀"}']])
  })

  it('arrive complete when they are long, also while the reader is paused', () => {
    const messages = [['a', 'é'.repeat(300_000)], ['b'], ['c', 'x'.repeat(600_000)], ['d']]
    const bytes = Buffer.concat(messages.flatMap(encodeFrame))
    const places = Array.from({ length: 40 }, (_, i) => i * 31_337)
    const received: unknown[] = []
    const reader = new FrameReader(1e6, (message) => {
      received.push(message)
      reader.pause()
    })
    for (const piece of cut(bytes, places)) reader.push(piece)
    expect(received).toEqual(messages.slice(0, 1))
    while (received.length < messages.length) reader.resume()
    expect(received).toEqual(messages)
  })

  it('arrive complete from chunks in reused memory', () => {
    const messages = [['a', 'é'.repeat(200_000)], ['b', 'x'.repeat(100)], ['c', 'y'.repeat(50_000)], ['d']]
    const bytes = Buffer.concat(messages.flatMap(encodeFrame))
    const received: unknown[] = []
    const reader = new FrameReader(1e6, (message) => received.push(message))
    const memory = Buffer.alloc(30_000)
    for (const piece of cut(
      bytes,
      Array.from({ length: 60 }, (_, i) => i * 11_117),
    ))
      for (let at = 0; at < piece.length; at += memory.length)
        reader.push(memory.subarray(0, piece.subarray(at).copy(memory)), true)
    expect(received).toEqual(messages)
  })

  it('pass long texts to the receiver without decoding them', () => {
    const text = 'é'.repeat(20_000)
    const received: unknown[] = []
    const reader = new FrameReader(
      1e6,
      (message) => received.push(message),
      (bytes) => bytes,
    )
    for (const piece of encodeFrame([text, 'é'])) reader.push(piece)
    expect(received).toEqual([[Buffer.from(text), 'é']])
  })

  it('are rejected when the lengths of their texts do not fit', () => {
    const frameOf = (json: string, texts: string): Buffer => {
      const frame = Buffer.from(`........${json}${texts}`)
      frame.writeUInt32LE(0x8000_0000 + frame.length - 4)
      frame.writeUInt32LE(json.length, 4)
      return frame
    }
    expect(read([frameOf('[{"long":2},1]', 'ab')])).toEqual([['ab', 1]])
    for (const long of ['3', '1', '-1', '1.5', 'null', '"2"'])
      expect(() => read([frameOf(`[{"long":${long}}]`, 'ab')])).toThrow(FrameError)
    expect(() => read([frameOf('['.repeat(20_000) + ']'.repeat(20_000), '')], 1e6)).toThrow(FrameError)
    expect(() => read([Buffer.from([1, 0, 0, 0x80, 0])])).toThrow(FrameError)
    expect(() => read([Buffer.from([4, 0, 0, 0x80, 1, 0, 0, 0])])).toThrow(FrameError)
  })

  it('are rejected by their header when they are too long', () => {
    const header = Buffer.alloc(4)
    header.writeUInt32LE(MAX_BYTES + 1)
    expect(() => read([header])).toThrow(FrameError)
  })

  it('are rejected when they are not JSON', () => {
    const frame = Buffer.concat(encodeFrame('text'))
    frame[4] = 0xff
    expect(() => read([frame])).toThrow(FrameError)
  })

  it('arrive if they have the maximum length', () => {
    const text = 'x'.repeat(MAX_BYTES - 2)
    expect(read(encodeFrame(text))).toEqual([text])
  })
})
