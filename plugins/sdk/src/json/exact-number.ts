/** A JSON number as {@link parseJson} returns it. A bigint is an integer that a number cannot represent exactly. */
export type JsonNumber = number | bigint

/** Converts the integer to a number if the number has the same digits. Otherwise it returns the bigint. */
export function toJsonNumber(integer: bigint): JsonNumber {
  const number = Number(integer)
  if (Number.isSafeInteger(number)) return number
  return Number.isFinite(number) && toInteger(number) === integer ? number : integer
}

/** Converts a whole number to the integer with the digits that JSON writes: 1152921504606847000 for 2 ** 60. */
export function toInteger(whole: number): bigint {
  if (Number.isSafeInteger(whole)) return BigInt(whole)
  const [mantissa = '', exponent = '0'] = String(whole).split('e')
  const [digits = '', fraction = ''] = mantissa.split('.')
  return BigInt(digits + fraction) * 10n ** BigInt(Number(exponent) - fraction.length)
}

/**
 * Compares two numbers exactly. It returns a negative number if `a` is less than `b`, 0 if they are equal, a positive
 * number otherwise.
 */
export function compareNumbers(a: JsonNumber, b: JsonNumber): number {
  if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0
  const [left, right] = [comparable(a), comparable(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

/**
 * JavaScript compares a bigint with the binary value of a number. Here a large number counts as the integer that JSON
 * writes for it.
 */
function comparable(value: JsonNumber): JsonNumber {
  return typeof value === 'number' && Number.isInteger(value) ? toInteger(value) : value
}
