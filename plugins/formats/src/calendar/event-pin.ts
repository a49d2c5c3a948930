import { z } from 'zod'

/** An event of a calendar. */
export const eventPin = z.object({
  uid: z.string().describe('Identifies the event in all its versions and occurrences.'),
  summary: z.string(),
  description: z.string(),
  location: z.string(),
  start: z.string().describe('A date, a local time, or a time with its UTC offset.'),
  end: z.string().describe('The first date or time after the event.'),
  all_day: z.boolean(),
  time_zone: z.string().nullable(),
  status: z.string().nullable().describe('CONFIRMED, TENTATIVE or CANCELLED.'),
  url: z.string().nullable(),
  organizer: z.string().nullable().describe('E-mail address.'),
  attendees: z.array(z.string()).describe('E-mail addresses.'),
  categories: z.array(z.string()),
  recurrence: z.string().nullable().describe('The rule of a recurring event, such as FREQ=WEEKLY;BYDAY=MO.'),
})

/** @returns milliseconds since 1970. A date is midnight in UTC. */
export function parseInstant(pin: string, text: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/.test(text)
    ? Date.parse(/T.*(Z|[+-]\d{2}:?\d{2})$/.test(text) || !text.includes('T') ? text : `${text}Z`)
    : NaN
  if (Number.isNaN(ms))
    throw new Error(
      `${pin} must be a date such as 2026-03-01 or a time such as 2026-03-01T10:00:00Z, got ${JSON.stringify(text).slice(0, 100)}`,
    )
  return ms
}
