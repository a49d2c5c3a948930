import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addNumbers, divideNumbers, multiplyNumbers, raiseNumber, subtractNumbers, sumNumbers, toJsonNumber } from './index.ts'

const integer = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n })
const fraction = fc.double({ min: -1e6, max: 1e6, noNaN: true })

describe('arithmetic', () => {
  it('is exact for whole numbers of any size', () => {
    fc.assert(
      fc.property(integer, integer, (a, b) => {
        const [left, right] = [toJsonNumber(a), toJsonNumber(b)]
        expect(addNumbers(left, right)).toBe(toJsonNumber(a + b))
        expect(subtractNumbers(left, right)).toBe(toJsonNumber(a - b))
        expect(multiplyNumbers(left, right)).toBe(toJsonNumber(a * b))
        fc.pre(b !== 0n)
        expect(divideNumbers(toJsonNumber(a * b), right)).toEqual(left)
      }),
    )
  })

  it('is the sum of numbers if there are only fractions', () => {
    fc.assert(
      fc.property(fraction, fraction, (a, b) => {
        fc.pre(!Number.isInteger(a) && !Number.isInteger(b))
        expect([addNumbers(a, b), multiplyNumbers(a, b)]).toEqual([a + b + 0, a * b + 0])
      }),
    )
  })

  it.each([
    ['2 ** 64', () => raiseNumber(2, 64), 18446744073709551616n],
    ['2 ** -1', () => raiseNumber(2, -1), 0.5],
    ['the nearest number to 100000000000000000001 / 2', () => divideNumbers(100000000000000000001n, 2), 5e19],
    ['1e308 + 1', () => addNumbers(1e308, 1), 1e308],
    ['the sum of ten times 0.1', () => sumNumbers(Array<number>(10).fill(0.1)), 1],
    ['the sum of long ids', () => sumNumbers([9007199254740993n, 1, 1]), 9007199254740995n],
    ['the sum of nothing', () => sumNumbers([]), 0],
    ['the sum of large numbers', () => sumNumbers([1, 1e100, 1, -1e100]), 2],
  ])('returns %s', (_name, calculate, expected) => expect(calculate()).toBe(expected))

  it.each([
    ['a fraction and a long integer', () => addNumbers(9007199254740993n, 0.5), 'loses digits'],
    ['a sum that is too large', () => sumNumbers([1e308, 1e308]), 'no finite number'],
    ['a product that is too large', () => multiplyNumbers(1e200, 1e200), 'no finite number'],
    ['a product of too many digits', () => multiplyNumbers(10n ** 600n, 10n ** 600n), 'more than 1000 digits'],
    ['a power that is too large', () => raiseNumber(3, 1e9), 'no finite number'],
    ['a division by 0', () => divideNumbers(9007199254740993n, 0), 'no finite number'],
  ])('rejects %s', (_name, calculate, message) => expect(calculate).toThrow(message))
})
