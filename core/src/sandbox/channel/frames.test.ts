import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
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
        expect(read(cut(Buffer.concat(messages.map(encodeFrame)), places), 1e6)).toEqual(expected)
      }),
    )
  })

  it('are rejected by their header when they are too long', () => {
    const header = Buffer.alloc(4)
    header.writeUInt32LE(MAX_BYTES + 1)
    expect(() => read([header])).toThrow(FrameError)
  })

  it('are rejected when they are not JSON', () => {
    const frame = encodeFrame('text')
    frame[4] = 0xff
    expect(() => read([frame])).toThrow(FrameError)
  })

  it('arrive if they have the maximum length', () => {
    const text = 'x'.repeat(MAX_BYTES - 2)
    expect(read([encodeFrame(text)])).toEqual([text])
  })
})
