import { z } from 'zod'
import { checkTimezone, strftime } from './calendar/index.ts'

/**
 * The pin `format_type`, the format of a moment: `{ discriminator: 'strftime', format, timezone }` or
 * `{ discriminator: 'iso8601', timezone, include_microseconds }`.
 *
 * @param format the default strftime format
 */
export function formatType(format: string) {
  const timezone = z.string().default('UTC').describe('IANA name of the time zone: Europe/Berlin.')
  return z
    .discriminatedUnion('discriminator', [
      z.object({ discriminator: z.literal('strftime'), format: z.string().default(format), timezone }),
      z.object({ discriminator: z.literal('iso8601'), timezone, include_microseconds: z.boolean().default(false) }),
    ])
    .prefault({ discriminator: 'strftime' })
    .describe('Format of the result: a strftime format or ISO 8601.')
}

/** The parts of a moment to format. */
type Parts = 'date' | 'time' | 'date-time'

/** Returns the current moment in a time zone. */
export function now({ timezone }: FormatType): Temporal.ZonedDateTime {
  checkTimezone(timezone)
  // Uses Date, because block tests control its clock.
  return Temporal.Instant.fromEpochMilliseconds(Date.now()).toZonedDateTimeISO(timezone)
}

/** Formats a moment by the value of the pin {@link formatType}. ISO times start with `T`. */
export function formatMoment(moment: Temporal.ZonedDateTime, type: FormatType, parts: Parts): string {
  if (type.discriminator === 'strftime') return strftime(type.format, moment)
  const date = moment.toPlainDate().toString()
  const time = `T${moment.toPlainTime().toString({ fractionalSecondDigits: type.include_microseconds ? 6 : 0 })}${moment.offset}`
  if (parts === 'date-time') return date + time
  return parts === 'date' ? date : time
}

type FormatType = z.output<ReturnType<typeof formatType>>
