export const UNITS = ['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const

type Unit = (typeof UNITS)[number]

/** Returns the first moment of the period that contains a moment. @param weekStart 1 is Monday, 7 is Sunday */
export function startOfPeriod(moment: Temporal.ZonedDateTime, unit: Unit, weekStart = 1): Temporal.ZonedDateTime {
  if (unit === 'second' || unit === 'minute' || unit === 'hour')
    return moment.round({ smallestUnit: unit, roundingMode: 'floor' })
  return firstDay(moment.toPlainDate(), unit, weekStart).toZonedDateTime(moment.timeZoneId)
}

/** Returns the start of the next period. @param start the start of a period */
export function nextPeriod(start: Temporal.ZonedDateTime, unit: Unit): Temporal.ZonedDateTime {
  if (unit === 'second' || unit === 'minute' || unit === 'hour') return start.add({ [`${unit}s`]: 1 })
  const step = unit === 'quarter' ? { months: 3 } : { [`${unit}s`]: 1 }
  return start.toPlainDate().add(step).toZonedDateTime(start.timeZoneId)
}

function firstDay(
  date: Temporal.PlainDate,
  unit: Exclude<Unit, 'second' | 'minute' | 'hour'>,
  weekStart: number,
): Temporal.PlainDate {
  switch (unit) {
    case 'day':
      return date
    case 'week':
      return date.subtract({ days: (date.dayOfWeek - weekStart + 7) % 7 })
    case 'month':
      return date.with({ day: 1 })
    case 'quarter':
      return date.with({ day: 1, month: date.month - ((date.month - 1) % 3) })
    case 'year':
      return date.with({ day: 1, month: 1 })
  }
}
