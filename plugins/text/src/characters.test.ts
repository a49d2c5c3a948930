import { expect, test } from 'vitest'
import { firstCharacters, literalExpression } from './characters.ts'

test('counts code points and does not split them', () => {
  expect(firstCharacters('😀😀b', 1)).toBe('😀')
  expect(firstCharacters('a😀b', 2)).toBe('a😀')
  expect(firstCharacters('ab', 5)).toBe('ab')
  expect(firstCharacters('ab', 0)).toBe('')
})

test('preserves an unpaired surrogate', () => {
  expect(firstCharacters('\ud83da\ude00b', 3)).toBe('\ud83da\ude00')
})

test('finds literal text, but not half of a surrogate pair', () => {
  expect('a.b'.split(literalExpression('.'))).toEqual(['a', 'b'])
  expect(literalExpression('\ud83d').test('😀')).toBe(false)
  expect(literalExpression('\ud83d').test('a\ud83d')).toBe(true)
})
