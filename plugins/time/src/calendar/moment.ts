import { z } from 'zod'

/** A pin for a date or a moment, which {@link parseMoment} reads. */
export const dateInput = z
  .union([z.string(), z.number()])
  .describe(
    'A date such as 2026-03-29; a date and time such as 2026-03-29T14:30, which may end with Z, an offset or [Europe/Berlin]; or milliseconds since 1970.',
  )

export const timezone = z
  .string()
  .default('')
  .describe('IANA name of the time zone to count in, such as Europe/Berlin. Without it: that of the date, or UTC.')

/** What to do with times that a clock skips, or shows twice, when its offset changes. */
export const disambiguation = z
  .enum(['compatible', 'earlier', 'later', 'reject'])
  .default('compatible')
  .describe(
    'For times that the clock skips or shows twice: the earlier or the later moment, or an error. "compatible" takes the later of a skipped time and the earlier of a repeated one.',
  )

export type Disambiguation = z.output<typeof disambiguation>

/** A point of time on the calendar and clock of a time zone. */
export interface Moment {
  readonly zoned: Temporal.ZonedDateTime
  /** A date without a time of day; `zoned` is its first moment. */
  readonly isDate: boolean
}

interface Reading {
  /** '' for the zone of the text, or UTC. */
  readonly timezone: string
  /** @default compatible */
  readonly disambiguation?: Disambiguation
}

/**
 * Reads the value of a pin {@link dateInput}.
 *
 * @param pin its name, for messages
 * @throws {Error} when it is no date, or one that the time zone does not have
 */
export function parseMoment(pin: string, value: string | number, reading: Reading): Moment {
  const complaint = `${pin} must be an ISO 8601 date like 2026-03-29T14:30 or milliseconds since 1970, got ${showText(value)}`
  if (reading.timezone !== '') checkTimezone(reading.timezone)
  if (typeof value === 'number') {
    const instant = reject(complaint, () => Temporal.Instant.fromEpochMilliseconds(value))
    return { zoned: instant.toZonedDateTimeISO(reading.timezone || 'UTC'), isDate: false }
  }
  const text = value.trim()
  const bare = text.replace(/\[.*$/s, '')
  const named = /\[!?([^=\]]+)\]/.exec(text)?.[1]
  if (!/[T ]\d/i.test(bare)) {
    const date = reject(complaint, () => Temporal.PlainDate.from(text).withCalendar('iso8601'))
    return toMoment(date.toPlainDateTime(), true, named, reading, pin)
  }
  const offset = /[T ].*(z|[+-]\d{2}(?::?\d{2})?)$/i.exec(bare)?.[1]
  if (named === undefined && offset === undefined) {
    const dateTime = reject(complaint, () => Temporal.PlainDateTime.from(text).withCalendar('iso8601'))
    return toMoment(dateTime, false, undefined, reading, pin)
  }
  const zone = reading.timezone || named || (offset?.toUpperCase() === 'Z' ? 'UTC' : (offset ?? 'UTC'))
  const options = { disambiguation: reading.disambiguation ?? 'compatible', offset: 'reject' } as const
  const zoned = reject(complaint, () =>
    named === undefined
      ? Temporal.Instant.from(text).toZonedDateTimeISO(zone)
      : Temporal.ZonedDateTime.from(text, options).withTimeZone(zone),
  )
  return { zoned: zoned.withCalendar('iso8601'), isDate: false }
}

/** @param own the zone of the value itself; `reading` may name another in which to show it */
export function toMoment(
  dateTime: Temporal.PlainDateTime,
  isDate: boolean,
  own: string | undefined,
  { timezone: asked, disambiguation: how = 'compatible' }: Reading,
  pin: string,
): Moment {
  const zone = own ?? (asked || 'UTC')
  checkTimezone(zone)
  const zoned = isDate
    ? dateTime.toPlainDate().toZonedDateTime(zone)
    : reject(`${pin} must be a time that clocks in ${zone} show once, got ${showText(dateTime.toString())}`, () =>
        dateTime.toZonedDateTime(zone, { disambiguation: how }),
      )
  return { zoned: isDate || asked === '' ? zoned : zoned.withTimeZone(asked), isDate }
}

/** Writes a date as `2026-03-29`, a moment as `2026-03-29T14:30:00+02:00`. */
export function showMoment({ zoned, isDate }: Moment): string {
  return isDate ? zoned.toPlainDate().toString() : zoned.toString({ timeZoneName: 'never' })
}

/** Calls `work` and gives what it throws a message. */
export function reject<T>(message: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error
    throw new Error(`${message} (${error.message})`, { cause: error })
  }
}

export function showText(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 100 ? `${Array.from(text).slice(0, 100).join('')}…` : text
}

/** @throws {Error} when there is no such time zone */
export function checkTimezone(timezone: string): void {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(timezone)
  } catch (error) {
    throw new Error(`timezone must be a name like "Europe/Berlin", got ${JSON.stringify(timezone)}`, { cause: error })
  }
}
