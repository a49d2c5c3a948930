import { compareNumbers, compareValues, divideNumbers, sumNumbers, type JsonNumber } from '@ashlar/sdk'
import { roundTo, toNumber } from '../../rows/index.ts'

type Run = (values: readonly unknown[]) => unknown

interface ExpressionFunction {
  /** The number of arguments: the least and the most. */
  readonly takes: readonly [number, number]
  readonly run: Run
}

/** The functions of expressions, by name. A missing value is null, and most functions of null are null. */
export const FUNCTIONS: Readonly<Record<string, ExpressionFunction>> = {
  round: numeric(1, 2, ([value = 0, digits = 0]) => roundTo(value, Number(digits))),
  floor: numeric(1, 1, ([value]) => (typeof value === 'bigint' ? value : Math.floor(Number(value)))),
  ceil: numeric(1, 1, ([value]) => (typeof value === 'bigint' ? value : Math.ceil(Number(value)))),
  abs: numeric(1, 1, ([value = 0]) => (value < 0 ? -value : value)),
  sqrt: numeric(1, 1, ([value]) => Math.sqrt(Number(value))),
  log: numeric(1, 1, ([value]) => Math.log(Number(value))),
  exp: numeric(1, 1, ([value]) => Math.exp(Number(value))),
  number: { takes: [1, 1], run: ([value]) => toNumber(value) ?? null },
  text: { takes: [1, 1], run: ([value]) => toText(value) },
  min: some((values) => inOrder(values)[0]),
  max: some((values) => inOrder(values).at(-1)),
  sum: some((values) => sumNumbers(values.flatMap((value) => toNumber(value) ?? []))),
  mean: some((values) => {
    const numbers = values.flatMap((value) => toNumber(value) ?? [])
    return numbers.length === 0 ? null : divideNumbers(sumNumbers(numbers), numbers.length)
  }),
  coalesce: some((values) => values[0] ?? null),
  concat: { takes: [1, 50], run: (values) => values.map(toText).join('') },
  upper: textual(1, 1, ([text = '']) => text.toUpperCase()),
  lower: textual(1, 1, ([text = '']) => text.toLowerCase()),
  trim: textual(1, 1, ([text = '']) => text.trim()),
  left: textual(2, 2, ([text = '', count]) => Array.from(text).slice(0, Number(count)).join('')),
  right: textual(2, 2, ([text = '', count]) => (Number(count) > 0 ? Array.from(text).slice(-Number(count)).join('') : '')),
  mid: textual(2, 3, ([text = '', start, count]) =>
    Array.from(text)
      .slice(Number(start) - 1, count === undefined ? undefined : Number(start) - 1 + Number(count))
      .join(''),
  ),
  replace: textual(3, 3, ([text = '', search = '', by = '']) => text.replaceAll(search, () => by)),
  contains: textual(2, 2, ([text = '', part = '']) => text.includes(part)),
  startswith: textual(2, 2, ([text = '', part = '']) => text.startsWith(part)),
  endswith: textual(2, 2, ([text = '', part = '']) => text.endsWith(part)),
  split: textual(2, 3, ([text = '', separator = '', place]) => {
    const parts = text.split(separator)
    return place === undefined ? parts : (parts.at(Number(place) > 0 ? Number(place) - 1 : Number(place)) ?? null)
  }),
  length: { takes: [1, 1], run: ([value]) => lengthOf(value) },
  ismissing: { takes: [1, 1], run: ([value]) => value === null || value === '' },
  year: textual(1, 1, ([date = '']) => datePart(date, 1)),
  month: textual(1, 1, ([date = '']) => datePart(date, 2)),
  day: textual(1, 1, ([date = '']) => datePart(date, 3)),
  daysbetween: textual(2, 2, ([from = '', to = '']) => (dayNumber(to) - dayNumber(from)) as JsonNumber),
}

function numeric(least: number, most: number, run: (numbers: readonly JsonNumber[]) => unknown): ExpressionFunction {
  return {
    takes: [least, most],
    run(values) {
      const numbers = values.map(toNumber)
      return numbers.every((number) => number !== undefined) ? run(numbers) : null
    },
  }
}

function textual(least: number, most: number, run: (texts: readonly string[]) => unknown): ExpressionFunction {
  return { takes: [least, most], run: (values) => (values[0] === null ? null : run(values.map(toText))) }
}

function some(run: Run): ExpressionFunction {
  return { takes: [1, 50], run: (values) => run(values.flat().filter((value) => value !== null)) ?? null }
}

export function toText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Numbers and texts of numbers by their size. Other values as {@link compareValues} orders them. */
function inOrder(values: readonly unknown[]): unknown[] {
  const numbers = values.map(toNumber).filter((number) => number !== undefined)
  return numbers.length === values.length ? numbers.toSorted(compareNumbers) : values.toSorted(compareValues)
}

function lengthOf(value: unknown): number | null {
  if (typeof value === 'string') return Array.from(value).length
  return Array.isArray(value) ? value.length : null
}

function datePart(date: string, part: number): number | null {
  const found = /^(\d{4})-(\d{2})-(\d{2})/.exec(date)?.[part]
  return found === undefined ? null : Number(found)
}

/** The number of the day since 1970, or NaN if the text does not begin with a date such as 2026-07-31. */
function dayNumber(date: string): number {
  const day = /^\d{4}-\d{2}-\d{2}/.exec(date)?.[0]
  const time = new Date(day ?? NaN)
  // 30 February would be 2 March.
  return day !== undefined && time.toJSON()?.startsWith(day) ? time.getTime() / 86_400_000 : NaN
}
