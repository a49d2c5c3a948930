import { DAYS, MONTHS, SHORTHANDS } from './directives.ts'
import { reject, showText } from './moment.ts'

/** A text parsed by a format. */
interface ParsedTime {
  readonly dateTime: Temporal.PlainDateTime
  /** Whether the format has a time of day. */
  readonly hasTime: boolean
  /** An offset or the name of a time zone, if the text has one. */
  readonly zone: string | undefined
}

/**
 * Parses a text by a strptime format of Python, in English and case-insensitively. Unlike Python, it rejects
 * contradictions and ambiguities: a weekday that does not match the date, a format without a year, `%I` without `%p`.
 *
 * @throws {Error} when the text does not match the format, or the date does not exist
 */
export function strptime(text: string, format: string): ParsedTime {
  const { expression, letters } = compileFormat(format)
  if (letters.length === 0)
    throw new Error(`format must have directives, such as %d.%m.%Y, got ${showText(format)}; leave it empty to read ISO 8601`)
  const found = expression.exec(text)
  if (!found) throw new Error(`text must have the format ${showText(format)}, got ${showText(text)}`)
  const values = new Map(letters.map((letter, i) => [letter, found[i + 1] ?? '']))
  const seconds = values.get('s')
  if (seconds !== undefined) return fromSeconds(Number(seconds))
  const date = reject(`text must be a date of the calendar, got ${showText(text)}`, () => readDate(values, format))
  checkWeekday(date, values, text)
  const time = readTime(values, format)
  return { dateTime: date.toPlainDateTime(time), hasTime: time !== undefined, zone: readZone(values) }
}

/** The regular expression of each directive. */
const PATTERNS: Record<string, string> = {
  Y: '\\d{4}',
  G: '\\d{4}',
  y: '\\d{2}',
  m: '\\d{1,2}',
  d: '[ \\d]?\\d',
  H: '[ \\d]?\\d',
  I: '[ \\d]?\\d',
  M: '\\d{1,2}',
  S: '\\d{1,2}',
  f: '\\d{1,6}',
  j: '\\d{1,3}',
  V: '\\d{1,2}',
  u: '[1-7]',
  w: '[0-6]',
  s: '-?\\d{1,12}',
  p: '[ap]m',
  z: '[+-]\\d{2}(?::?\\d{2}(?::?\\d{2})?)?|Z',
  Z: '[a-z_]+(?:/[a-z_+-]+)*',
  A: DAYS.join('|'),
  a: DAYS.map((day) => day.slice(0, 3)).join('|'),
  B: MONTHS.join('|'),
  b: MONTHS.map((month) => month.slice(0, 3)).join('|'),
}

const SAME: Record<string, string> = { e: 'd', k: 'H', l: 'I' }

function compileFormat(format: string): { expression: RegExp; letters: string[] } {
  const letters: string[] = []
  const source = expand(format).replace(/%[-_0]?([^])|\s+|[^]/gu, (piece, directive: string | undefined) => {
    if (/^\s/u.test(piece)) return '\\s+'
    if (directive === undefined || directive === '%') return RegExp.escape(directive ?? piece)
    const letter = SAME[directive] ?? directive
    const pattern = PATTERNS[letter]
    if (pattern === undefined)
      throw new Error(`format must not have the directive %${directive}, which is not supported for parsing`)
    if (letters.includes(letter)) throw new Error(`format must have the directive %${directive} only once`)
    letters.push(letter)
    return `(${pattern})`
  })
  return { expression: new RegExp(`^${source}$`, 'iu'), letters }
}

function expand(format: string): string {
  return format.replace(/%([^])/gu, (directive, letter: string) => SHORTHANDS[letter] ?? directive)
}

type Values = ReadonlyMap<string, string>

function readNumber(values: Values, letter: string): number | undefined {
  const text = values.get(letter)
  return text === undefined ? undefined : Number(text)
}

function readDate(values: Values, format: string): Temporal.PlainDate {
  const week = readNumber(values, 'V')
  const weekYear = readNumber(values, 'G')
  if (week !== undefined && weekYear !== undefined) return dateOfWeek(weekYear, week, readWeekday(values) ?? 1)
  const short = readNumber(values, 'y')
  // As in POSIX, 69 to 99 are years of the 20th century.
  const year = readNumber(values, 'Y') ?? (short === undefined ? undefined : short + (short < 69 ? 2000 : 1900))
  if (year === undefined) throw new Error(`format must have a year, got ${showText(format)}`)
  const dayOfYear = readNumber(values, 'j')
  if (dayOfYear === undefined)
    return Temporal.PlainDate.from({ year, month: readMonth(values), day: readNumber(values, 'd') ?? 1 }, { overflow: 'reject' })
  const date = Temporal.PlainDate.from({ year, month: 1, day: 1 }).add({ days: dayOfYear - 1 })
  if (date.year !== year) throw new RangeError(`the year ${year} has no day ${dayOfYear}`)
  return date
}

function readMonth(values: Values): number {
  const name = values.get('B') ?? values.get('b')
  return name === undefined ? (readNumber(values, 'm') ?? 1) : findName(MONTHS, name) + 1
}

/** 1 is Monday, 7 is Sunday. */
function readWeekday(values: Values): number | undefined {
  const name = values.get('A') ?? values.get('a')
  if (name !== undefined) return findName(DAYS, name) || 7
  const number = readNumber(values, 'u') ?? readNumber(values, 'w')
  return number === 0 ? 7 : number
}

function findName(names: readonly string[], name: string): number {
  return names.findIndex((each) => each.toLowerCase().startsWith(name.toLowerCase()))
}

/** Returns a day of an ISO 8601 week. 4 January is always in the first week. */
function dateOfWeek(year: number, week: number, weekday: number): Temporal.PlainDate {
  const first = Temporal.PlainDate.from({ year, month: 1, day: 4 })
  const date = first.add({ days: (week - 1) * 7 + weekday - first.dayOfWeek })
  if (date.weekOfYear !== week) throw new RangeError(`the year ${year} has no week ${week}`)
  return date
}

function checkWeekday(date: Temporal.PlainDate, values: Values, text: string): void {
  const weekday = readWeekday(values)
  if (weekday !== undefined && weekday !== date.dayOfWeek)
    throw new Error(`text must name the weekday of its date, which is ${DAYS[date.dayOfWeek % 7]}, got ${showText(text)}`)
}

/** @returns undefined when the format has no time of day */
function readTime(values: Values, format: string): Temporal.PlainTime | undefined {
  const half = values.get('p')?.toLowerCase()
  const hour12 = readNumber(values, 'I')
  if (hour12 !== undefined && half === undefined) throw new Error(`format must have %p with %I, got ${showText(format)}`)
  if (hour12 !== undefined && (hour12 < 1 || hour12 > 12)) throw new Error(`text must have an hour from 1 to 12, got ${hour12}`)
  const hour = hour12 === undefined ? readNumber(values, 'H') : (hour12 % 12) + (half === 'pm' ? 12 : 0)
  const [minute, second] = [readNumber(values, 'M'), readNumber(values, 'S')]
  const fraction = values.get('f')
  if (hour === undefined && minute === undefined && second === undefined && fraction === undefined) return undefined
  const microseconds = Number((fraction ?? '').padEnd(6, '0'))
  const [millisecond, microsecond] = [Math.floor(microseconds / 1000), microseconds % 1000]
  const fields = { hour: hour ?? 0, minute: minute ?? 0, second: second ?? 0, millisecond, microsecond }
  return reject(`text must be a time of day`, () => Temporal.PlainTime.from(fields, { overflow: 'reject' }))
}

function readZone(values: Values): string | undefined {
  const offset = values.get('z')
  if (offset !== undefined)
    return offset.toUpperCase() === 'Z'
      ? 'UTC'
      : offset.replace(/^(...):?(..)?.*$/, (_, hours: string, minutes = '00') => `${hours}:${minutes}`)
  const name = values.get('Z')
  if (name === undefined || /^(utc|gmt|z)$/i.test(name)) return name && 'UTC'
  if (name.includes('/')) return name
  throw new Error(`text must name its time zone by UTC, GMT or a name like "Europe/Berlin", got ${showText(name)}`)
}

function fromSeconds(seconds: number): ParsedTime {
  const moment = Temporal.Instant.fromEpochMilliseconds(seconds * 1000).toZonedDateTimeISO('UTC')
  return { dateTime: moment.toPlainDateTime(), hasTime: true, zone: 'UTC' }
}
