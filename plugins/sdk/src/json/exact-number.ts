/** A number of JSON as {@link parseJson} reads it: a bigint is an integer whose digits a number cannot hold. */
export type JsonNumber = number | bigint

/** The integer as a number where that has the same digits, else as it is. */
export function toJsonNumber(integer: bigint): JsonNumber {
  const number = Number(integer)
  if (Number.isSafeInteger(number)) return number
  return Number.isFinite(number) && integerOf(number) === integer ? number : integer
}

/** The integer that the digits of a whole number spell: of 2 ** 60 that is 1152921504606847000, as JSON writes it. */
export function integerOf(whole: number): bigint {
  if (Number.isSafeInteger(whole)) return BigInt(whole)
  const [mantissa = '', exponent = '0'] = String(whole).split('e')
  const [digits = '', fraction = ''] = mantissa.split('.')
  return BigInt(digits + fraction) * 10n ** BigInt(Number(exponent) - fraction.length)
}

/** Below, at or above 0 as `a` is below, equal to or above `b`, exactly. */
export function compareNumbers(a: JsonNumber, b: JsonNumber): number {
  if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0
  const [left, right] = [comparable(a), comparable(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

/** JavaScript compares a bigint with a number exactly, but a large number stands for its digits here. */
function comparable(value: JsonNumber): JsonNumber {
  return typeof value === 'number' && Number.isInteger(value) ? integerOf(value) : value
}
