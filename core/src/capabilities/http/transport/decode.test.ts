import { Readable } from 'node:stream'
import { deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { decodeBody } from './decode.ts'

const MB = 1024 * 1024
const LIMIT = expect.objectContaining({ code: 'HTTP_LIMIT' }) as unknown

/** @returns the number of decoded bytes */
async function read(body: Buffer, encoding: string, maxBytes: number): Promise<number> {
  let bytes = 0
  for await (const chunk of decodeBody(Readable.from([body]), encoding, maxBytes) as AsyncIterable<Buffer>) bytes += chunk.length
  return bytes
}

describe('decodeBody', () => {
  it('counts the bytes after every coding, even if the last coding produces none', async () => {
    const empty = gzipSync('')
    const members = Buffer.concat(Array.from({ length: 500_000 }, () => empty))
    const bomb = gzipSync(members)
    expect(bomb.length).toBeLessThan(50_000)
    await expect(read(bomb, 'gzip, gzip', MB)).rejects.toEqual(LIMIT)
    await expect(read(bomb, 'gzip, gzip', 16 * MB)).resolves.toBe(0)
  })

  it('counts the bytes on the wire', async () => {
    const members = Buffer.concat(Array.from({ length: 1000 }, () => gzipSync('')))
    await expect(read(members, 'gzip', members.length - 1)).rejects.toEqual(LIMIT)
    await expect(read(members, 'gzip', members.length)).resolves.toBe(0)
    await expect(read(deflateSync(Buffer.alloc(MB)), 'deflate', 100)).rejects.toEqual(LIMIT)
  })

  it('rejects a third coding', () => {
    expect(() => decodeBody(Readable.from([]), 'gzip, gzip, gzip', MB)).toThrow(LIMIT)
  })

  it('does not count identity as a coding', async () => {
    await expect(read(gzipSync(gzipSync('text')), 'identity, gzip, identity, gzip', MB)).resolves.toBe(4)
  })
})
