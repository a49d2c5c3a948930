import { z } from 'zod'

/** A pin for a date or a moment. Parse its value with {@link parseMoment}. */
export const dateInput = z
  .union([z.string(), z.number()])
  .describe(
    'A date such as 2026-03-29, a date and time such as 2026-03-29T14:30, optionally with Z, an offset or [Europe/Berlin], or milliseconds since 1970.',
  )

export const timezone = z
  .string()
  .default('')
  .describe('IANA name of the time zone, such as Europe/Berlin. By default the zone of the date, or UTC.')

/** How to resolve times that a clock skips or repeats when its offset changes. */
export const disambiguation = z
  .enum(['compatible', 'earlier', 'later', 'reject'])
  .default('compatible')
  .describe(
    'For times that the clock skips or repeats: the earlier or the later moment, or an error. "compatible" uses the later moment for a skipped time and the earlier moment for a repeated time.',
  )

export type Disambiguation = z.output<typeof disambiguation>

/** A point in time, in a time zone. */
interface Moment {
  readonly zoned: Temporal.ZonedDateTime
  /** Whether it is a date without a time of day. `zoned` is then its first moment. */
  readonly isDate: boolean
}

interface Reading {
  /** '' for the zone in the text, or UTC. */
  readonly timezone: string
  /** @default compatible */
  readonly disambiguation?: Disambiguation
}

/**
 * Parses the value of a pin {@link dateInput}.
 *
 * @param pin the name of the pin, for messages
 * @throws {Error} when the value is not a date, or the time zone does not have this date
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

/** @param own the zone in the value; `reading` may name a different zone for the result */
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

/** Formats a date as `2026-03-29` and a moment as `2026-03-29T14:30:00+02:00`. */
export function showMoment({ zoned, isDate }: Moment): string {
  return isDate ? zoned.toPlainDate().toString() : zoned.toString({ timeZoneName: 'never' })
}

/** Calls `work`. If it throws, wraps the error in an error with this message. */
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

/** @throws {Error} when the time zone does not exist */
export function checkTimezone(timezone: string): void {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(timezone)
  } catch (error) {
    throw new Error(`timezone must be a name like "Europe/Berlin", got ${JSON.stringify(timezone)}`, { cause: error })
  }
}
