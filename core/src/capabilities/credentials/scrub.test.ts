import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildScrubber } from './scrub.ts'

async function* toChunks(text: string, cuts: readonly number[]): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text)
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b)
  let from = 0
  for (const end of ends) {
    yield bytes.subarray(from, end)
    from = end
  }
}

async function scrub(secrets: readonly string[], text: string, cuts: readonly number[]): Promise<string[]> {
  const chunks: string[] = []
  for await (const chunk of buildScrubber(secrets).stream(toChunks(text, cuts))) chunks.push(chunk.toString())
  return chunks
}

describe('a scrubber', () => {
  it('masks a secret that is split between chunks', async () => {
    expect((await scrub(['s3cret'], 'a s3cret, s3cre and s3cret', [4, 6, 23])).join('')).toBe('a ******, s3cre and ******')
    expect(buildScrubber(['s3cret']).text('Bearer s3cret')).toBe('Bearer ******')
  })

  it.each(['data: s3', 'data: xx', 's3cre---', 's3cret--'])(
    'yields the same chunk boundaries for %j as for any other text',
    async (text) => {
      const chunks = await scrub(['s3cret', 'key'], `data: one two, ${text}`, [15])
      expect(chunks.map(({ length }) => length)).toEqual([4, 8, 11])
    },
  )

  it('holds back no whole line, such as an event of a stream', async () => {
    const chunks = await scrub(['s3cret', 'key'], 'data: s3\n\ndata: s3cret\n\nda', [10, 24])
    expect(chunks).toEqual(['data: s3\n\n', 'data: ******\n\n', 'da'])
  })

  it('masks a password with a byte that is a line feed in UTF-16, wherever it is split', async () => {
    const secret = '\u0a17\u0a18\u0a19\u0a1a'
    const bytes = Buffer.from(`x${secret}x`, 'utf16le')
    for (let cut = 0; cut < bytes.length; cut++) {
      const parts: Buffer[] = []
      const chunks = (async function* () {
        yield bytes.subarray(0, cut)
        yield bytes.subarray(cut)
      })()
      for await (const part of buildScrubber([secret]).stream(chunks)) parts.push(Buffer.from(part))
      expect(Buffer.concat(parts).toString('utf16le')).not.toContain('\u0a18')
    }
  })

  it('masks all secrets and nothing else, for any chunk boundaries', async () => {
    const letters = fc.stringMatching(/^[ab]{0,40}$/)
    const secrets = fc.array(fc.stringMatching(/^[ab]{4,6}$/), { minLength: 1, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(letters, secrets, fc.array(fc.nat(60), { maxLength: 8 }), async (text, all, cuts) => {
        const clean = (await scrub(all, text, cuts)).join('')
        expect(clean).toHaveLength(text.length)
        for (const secret of all) expect(clean).not.toContain(secret)
        const changed = Array.from(clean, (char, i) => char !== '*' && char !== text[i])
        expect(changed).not.toContain(true)
        expect(clean.includes('*')).toBe(all.some((secret) => text.includes(secret)))
      }),
      { numRuns: 2000 },
    )
  })
})
