import { expect, it } from 'vitest'
import { plain, withoutControls } from './terminal.ts'

it('removes what would control the terminal or change the direction of a line', () => {
  expect(plain('a\x1b[31mb\x9b2Jc\u202ed\u2066e\u200ff\0')).toBe('a[31mb2Jcdef')
})

it('puts a text on one line', () => {
  expect(plain('a\nb\r\n\tc\u2028d')).toBe('a b c d')
})

it('keeps the lines of a message', () => {
  expect(withoutControls('error:\n\ta\r\x1b[2K')).toBe('error:\n\ta[2K')
})
