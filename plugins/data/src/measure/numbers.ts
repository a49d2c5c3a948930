import { toNumber } from '../rows/index.ts'

/** Returns the numbers among the values, and those in texts, as doubles in ascending order. */
export function sortedNumbers(values: readonly unknown[]): Float64Array {
  return Float64Array.from(values.flatMap((value) => toDouble(value) ?? [])).toSorted()
}

export function toDouble(value: unknown): number | undefined {
  const number = toNumber(value)
  return number === undefined ? undefined : Number(number)
}

/**
 * The value below which a part of the numbers is, interpolated between the two nearest. Source: method 7 of Hyndman and
 * Fan (1996), as in spreadsheets.
 *
 * @param part from 0 to 1
 */
export function quantile(sorted: Float64Array, part: number): number | null {
  if (sorted.length === 0) return null
  const place = (sorted.length - 1) * part
  const [below, above] = [sorted[Math.floor(place)] ?? NaN, sorted[Math.ceil(place)] ?? NaN]
  return below + (above - below) * (place - Math.floor(place))
}

export function mean(numbers: Float64Array): number | null {
  return numbers.length === 0 ? null : numbers.reduce((sum, each) => sum + each, 0) / numbers.length
}

/** The standard deviation of a sample, or null for fewer than two numbers. */
export function deviation(numbers: Float64Array): number | null {
  const middle = mean(numbers)
  if (middle === null || numbers.length < 2) return null
  return Math.sqrt(numbers.reduce((sum, each) => sum + (each - middle) ** 2, 0) / (numbers.length - 1))
}

/** Rounds away the errors of binary fractions. */
export function tidy(value: number | null): number | null {
  return value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(14))
}
