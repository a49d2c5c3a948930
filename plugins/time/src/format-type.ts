import { z } from 'zod'
import { checkTimezone, strftime } from './calendar/index.ts'

/**
 * The pin `format_type`: how to write a moment, `{ discriminator: 'strftime', format, timezone }` or
 * `{ discriminator: 'iso8601', timezone, include_microseconds }`.
 *
 * @param format the strftime format when none is given
 */
export function formatType(format: string) {
  const timezone = z.string().default('UTC').describe('IANA name of the time zone: Europe/Berlin.')
  return z
    .discriminatedUnion('discriminator', [
      z.object({ discriminator: z.literal('strftime'), format: z.string().default(format), timezone }),
      z.object({ discriminator: z.literal('iso8601'), timezone, include_microseconds: z.boolean().default(false) }),
    ])
    .prefault({ discriminator: 'strftime' })
    .describe('How to write it: by a strftime format, or by ISO 8601.')
}

/** Which parts of a moment to write. */
export type Parts = 'date' | 'time' | 'date-time'

/** The present moment by the clock of a time zone. */
export function now({ timezone }: FormatType): Temporal.ZonedDateTime {
  checkTimezone(timezone)
  // Date, since tests of blocks stop its clock.
  return Temporal.Instant.fromEpochMilliseconds(Date.now()).toZonedDateTimeISO(timezone)
}

/** Writes a moment by the value of the pin {@link formatType}. ISO times begin with `T`. */
export function formatMoment(moment: Temporal.ZonedDateTime, type: FormatType, parts: Parts): string {
  if (type.discriminator === 'strftime') return strftime(type.format, moment)
  const date = moment.toPlainDate().toString()
  const time = `T${moment.toPlainTime().toString({ fractionalSecondDigits: type.include_microseconds ? 6 : 0 })}${moment.offset}`
  if (parts === 'date-time') return date + time
  return parts === 'date' ? date : time
}

export type FormatType = z.output<ReturnType<typeof formatType>>
