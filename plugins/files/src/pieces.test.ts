import fc from 'fast-check'
import { expect, it } from 'vitest'
import { splitText, withoutFirst } from './pieces.ts'

it.each([
  ['abcde', 2, ['ab', 'cd', 'e']],
  ['abcd', 2, ['ab', 'cd']],
  ['', 2, []],
  ['a😀b😀', 2, ['a😀', 'b😀']],
  ['😀😀', 1, ['😀', '😀']],
  ['ae\u0301o', 2, ['a', 'e\u0301', 'o']],
  ['a👨‍👩‍👧b', 3, ['a', '👨‍👩', '‍👧b']],
  ['a👨‍👩‍👧b', 5, ['a', '👨‍👩‍👧', 'b']],
  ['a\r\nb', 2, ['a', '\r\n', 'b']],
])('%j in pieces of %i characters is %j', (text, size, pieces) => {
  expect([...splitText(text, size)]).toEqual(pieces)
})

it('preserves the text and its surrogate pairs within the size limit', () => {
  const characters = fc.string({ unit: fc.constantFrom('a', 'é', '日', '😀', '\u0301', '\u200d', '\r\n', '🇩🇪'), maxLength: 60 })
  fc.assert(
    fc.property(characters, fc.integer({ min: 1, max: 9 }), (text, size) => {
      const pieces = [...splitText(text, size)]
      expect(pieces.join('')).toBe(text)
      expect(pieces.every((piece) => piece.isWellFormed() && piece !== '' && Array.from(piece).length <= size)).toBe(true)
    }),
  )
})

it('removes whole characters', () => {
  expect(withoutFirst('😀a', 1)).toBe('a')
  expect(withoutFirst('a', 3)).toBe('')
})
