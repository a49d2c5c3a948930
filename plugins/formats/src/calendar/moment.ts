import type { default as ICAL } from 'ical.js'

type Time = ICAL.Time

/** A time of a calendar: `text` is a date, a local time, or a time with its UTC offset. */
export interface Moment {
  text: string
  /** For comparisons. A local time counts as UTC. */
  epochMs: number
}

/**
 * Converts a time of a calendar. The zone is a name of the time zone database, or one that the calendar defines.
 *
 * @param zone the parameter TZID
 */
export function toMoment(time: Time, zone: string | undefined): Moment {
  const local = time.toString().replace(/Z$/, '')
  if (time.isDate) return { text: local, epochMs: Date.parse(local) }
  if (time.zone?.tzid === 'UTC') return { text: `${local}Z`, epochMs: Date.parse(`${local}Z`) }
  const zoned = zone === undefined ? undefined : inZone(local, zone)
  if (zoned) return { text: zoned.toString({ timeZoneName: 'never' }), epochMs: zoned.epochMilliseconds }
  if (zone === undefined || time.zone?.tzid === 'floating') return { text: local, epochMs: Date.parse(`${local}Z`) }
  const offsetMs = time.utcOffset() * 1000
  return { text: local + formatOffset(offsetMs), epochMs: Date.parse(`${local}Z`) - offsetMs }
}

/** Returns undefined when the time zone database lacks the name. */
export function inZone(local: string, zone: string): Temporal.ZonedDateTime | undefined {
  try {
    return Temporal.PlainDateTime.from(local).toZonedDateTime(zone)
  } catch {
    return undefined
  }
}

function formatOffset(ms: number): string {
  const minutes = Math.round(Math.abs(ms) / 60_000)
  const pad = (number: number): string => String(number).padStart(2, '0')
  return `${ms < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`
}
