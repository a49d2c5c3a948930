import { toInteger, toJsonNumber, type JsonNumber } from './exact-number.ts'
import { MAX_INTEGER_DIGITS } from './parse-json.ts'

/**
 * Adds two numbers. The sum of whole numbers of any size is exact.
 *
 * @throws {RangeError} when the result is too large, or when one number is a fraction and the other is an integer that
 * a number cannot represent exactly
 */
export function addNumbers(a: JsonNumber, b: JsonNumber): JsonNumber {
  return calculate(a, b, ADD)
}

/** Subtracts `b` from `a`: see {@link addNumbers}. */
export function subtractNumbers(a: JsonNumber, b: JsonNumber): JsonNumber {
  return calculate(a, b, SUBTRACT)
}

/** Multiplies two numbers: see {@link addNumbers}. */
export function multiplyNumbers(a: JsonNumber, b: JsonNumber): JsonNumber {
  return calculate(a, b, MULTIPLY)
}

/**
 * Divides two numbers. The result is exact if both are whole numbers and there is no remainder. Otherwise it is the
 * nearest number.
 *
 * @throws {RangeError} when the divisor is 0 or the result is too large
 */
export function divideNumbers(a: JsonNumber, b: JsonNumber): JsonNumber {
  const quotient = finite(Number(a) / Number(b), () => `${a} / ${b}`)
  const [dividend, divisor] = [toWholeNumber(a), toWholeNumber(b)]
  const isLarge = typeof a === 'bigint' || typeof b === 'bigint'
  if (!isLarge || dividend === undefined || divisor === undefined) return quotient
  return dividend % divisor === 0n ? toJsonNumber(dividend / divisor) : quotient
}

/**
 * Raises `a` to the power of `b`. The result is exact for whole numbers. Otherwise it is the nearest number.
 *
 * @throws {RangeError} when there is no finite result
 */
export function raiseNumber(a: JsonNumber, b: JsonNumber): JsonNumber {
  const power = finite(Number(a) ** Number(b), () => `${a} ** ${b}`)
  const [base, exponent] = [toWholeNumber(a), toWholeNumber(b)]
  if (Number.isSafeInteger(power) || base === undefined || exponent === undefined || exponent < 0n) return power
  return toJsonNumber(base ** exponent)
}

/**
 * Sums numbers. The sum of whole numbers is exact. Fractions use Neumaier's compensated summation, with which the sum
 * of ten times 0.1 is 1.
 *
 * @throws {RangeError} like {@link addNumbers}
 */
export function sumNumbers(numbers: Iterable<JsonNumber>): JsonNumber {
  let whole: JsonNumber = 0
  let [sum, lost] = [0, 0]
  for (const number of numbers) {
    if (typeof number === 'bigint' || isWrittenWhole(number)) {
      const next: number = typeof whole === 'number' && typeof number === 'number' ? whole + number : NaN
      whole = Number.isSafeInteger(next) ? next : addNumbers(whole, number)
      continue
    }
    const next = sum + number
    lost += Math.abs(sum) >= Math.abs(number) ? sum - next + number : number - next + sum
    sum = next
  }
  const fractions = finite(sum + lost, () => 'the sum')
  return fractions === 0 ? whole : addNumbers(whole, fractions)
}

interface Operation {
  sign: string
  numbers(a: number, b: number): number
  integers(a: bigint, b: bigint): bigint
}

const ADD: Operation = { sign: '+', numbers: (a, b) => a + b, integers: (a, b) => a + b }
const SUBTRACT: Operation = { sign: '-', numbers: (a, b) => a - b, integers: (a, b) => a - b }
const MULTIPLY: Operation = { sign: '*', numbers: (a, b) => a * b, integers: (a, b) => a * b }

function calculate(a: JsonNumber, b: JsonNumber, { sign, numbers, integers }: Operation): JsonNumber {
  const show = (): string => `${a} ${sign} ${b}`
  if (typeof a === 'number' && typeof b === 'number') {
    const result = numbers(a, b)
    if (Number.isSafeInteger(result) || !isWrittenWhole(a) || !isWrittenWhole(b)) return finite(result, show)
  }
  const [left, right] = [toWholeNumber(a), toWholeNumber(b)]
  if (left === undefined || right === undefined)
    throw new RangeError(`${show()} loses digits: a number cannot hold the whole number and the fraction`)
  const result = integers(left, right)
  if (String(result).length > MAX_INTEGER_DIGITS)
    throw new RangeError(`${show()} has more than ${MAX_INTEGER_DIGITS} digits, the largest integer`)
  return toJsonNumber(result)
}

/** Whether JSON writes the number without an exponent. */
function isWrittenWhole(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < 1e21
}

function toWholeNumber(value: JsonNumber): bigint | undefined {
  if (typeof value === 'bigint') return value
  return Number.isInteger(value) ? toInteger(value) : undefined
}

function finite(result: number, show: () => string): number {
  if (Number.isFinite(result)) return result + 0 // -0 is 0, as in JSON
  throw new RangeError(`${show()} gives no finite number: the largest is ${Number.MAX_VALUE}`)
}
