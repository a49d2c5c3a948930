/** A moment as a clock on the wall of some place shows it. */
export interface WallClock {
  /** The moment itself. */
  readonly instant: Date
  /** A date whose UTC fields are what the clock shows. */
  readonly shown: Date
  /** IANA name: `Europe/Berlin`. */
  readonly timezone: string
}

/** @throws {Error} when the time zone is not known */
export function readWallClock(instant: Date, timezone: string): WallClock {
  const parts = createFormat(timezone, FIELDS).formatToParts(instant)
  const [year = 0, month = 1, day, hour, minute, second] = ORDER.map((type) =>
    Number(parts.find((part) => part.type === type)?.value),
  )
  return {
    instant,
    timezone,
    shown: new Date(Date.UTC(year, month - 1, day, hour, minute, second, instant.getUTCMilliseconds())),
  }
}

/** Hours and minutes ahead of UTC: `+02:00`. */
export function formatOffset({ shown, instant }: WallClock): string {
  const minutes = Math.round((shown.getTime() - instant.getTime()) / 60_000)
  const [hours, rest] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((part) => String(part).padStart(2, '0'))
  return `${minutes < 0 ? '-' : '+'}${hours}:${rest}`
}

/** Name of the time zone at that moment: `UTC`, `EST`, `GMT+2`. */
export function formatZoneName({ instant, timezone }: WallClock): string {
  const parts = createFormat(timezone, { timeZoneName: 'short' }).formatToParts(instant)
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? timezone
}

const ORDER = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const

const FIELDS = {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
} as const

function createFormat(timezone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', { ...options, hourCycle: 'h23', timeZone: timezone })
  } catch (error) {
    throw new Error(`timezone must be a name like "Europe/Berlin", got ${JSON.stringify(timezone)}`, { cause: error })
  }
}
