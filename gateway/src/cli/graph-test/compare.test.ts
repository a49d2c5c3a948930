import { expect, it } from 'vitest'
import { findJsonDifference } from './compare.ts'

it.each<[expected: unknown, actual: unknown, difference: string | undefined]>([
  [{ a: [1] }, { a: [1] }, undefined],
  [{ a: 1, b: 2 }, { b: 2, a: 1 }, undefined],
  [{ a: [1, { b: 'x' }] }, { a: [1, { b: 'y' }] }, 'outputs.a.1.b: expected "x", got "y"'],
  [{ a: [1, 2] }, { a: [1] }, 'outputs.a.1: expected 2, got nothing'],
  [{}, { a: [1] }, 'outputs.a: unexpected [1]'],
  [{ a: [1] }, { a: { 0: 1 } }, 'outputs.a: expected [1], got {"0":1}'],
  [{ a: null }, { a: 0 }, 'outputs.a: expected null, got 0'],
])('compares %j with %j', (expected, actual, difference) => {
  expect(findJsonDifference(expected, actual, 'outputs')).toBe(difference)
})
