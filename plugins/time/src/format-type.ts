import { z } from 'zod'
import { formatOffset, readWallClock, type WallClock } from './wall-clock.ts'
import { strftime } from './strftime.ts'

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

/** Writes a moment by the value of the pin {@link formatType}. ISO times begin with `T`. */
export function formatMoment(instant: Date, type: z.output<ReturnType<typeof formatType>>, parts: Parts): string {
  const clock = readWallClock(instant, type.timezone)
  if (type.discriminator === 'strftime') return strftime(type.format, clock)
  const [date, time] = [strftime('%Y-%m-%d', clock), formatIsoTime(clock, type.include_microseconds)]
  if (parts === 'date-time') return date + time
  return parts === 'date' ? date : time
}

function formatIsoTime(clock: WallClock, includeMicroseconds: boolean): string {
  return `T${strftime(includeMicroseconds ? '%H:%M:%S.%f' : '%H:%M:%S', clock)}${formatOffset(clock)}`
}
