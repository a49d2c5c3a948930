import { z } from 'zod'
import { parseMoment } from '../calendar/index.ts'

export const businessPins = {
  holidays: z
    .array(z.union([z.string(), z.number()]))
    .default([])
    .meta({ description: 'Dates without work.', examples: [['2026-12-25']] }),
  weekend: z
    .array(z.int().min(1).max(7))
    .default([6, 7])
    .describe('The days of the week without work: 1 is Monday, 7 is Sunday.'),
}

/** Returns a test for days on which people work. @throws {Error} when a holiday is not a date, or no day remains */
export function createBusinessTest(
  holidays: readonly (string | number)[],
  weekend: readonly number[],
): (date: Temporal.PlainDate) => boolean {
  const free = new Set(weekend)
  if (free.size === 7) throw new Error('weekend must leave at least one day of the week')
  const closed = new Set(
    holidays.map((each, i) => parseMoment(`holidays[${i}]`, each, { timezone: '' }).zoned.toPlainDate().toString()),
  )
  return (date) => !free.has(date.dayOfWeek) && !closed.has(date.toString())
}

/** More days would take too long. */
export const MAX_DAYS = 100_000
