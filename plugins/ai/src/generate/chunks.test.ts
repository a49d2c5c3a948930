import fc from 'fast-check'
import { expect, it } from 'vitest'
import { toChunks } from './chunks.ts'

it('divides between sentences and repeats the end of the last chunk', () => {
  const text = 'The first sentence. The second one. And the third.'
  expect(toChunks(text, 12, 2)).toEqual(['The first sentence. The second one. ', ' one. And the third.'])
})

it('contains the whole text in parts of the given size', () => {
  const texts = fc.string({ unit: fc.constantFrom('a', ' ', '.', '\n', '😀'), maxLength: 300 })
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 60 }), (text, max, overlap) => {
      expect(toChunks(text, max, 0).join('')).toBe(text)
      const chunks = toChunks(text, max, overlap)
      expect(chunks.every((chunk) => chunk.length <= max * 3 && text.includes(chunk))).toBe(true)
      expect([text.startsWith(chunks[0] ?? ''), text.endsWith(chunks.at(-1) ?? '')]).toEqual([true, true])
    }),
    { numRuns: 300 },
  )
})
