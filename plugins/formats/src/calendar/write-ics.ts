import { canonicalJson, defineBlock } from '@ashlar/sdk'
import ICAL from 'ical.js'
import { z } from 'zod'
import { inZone } from './moment.ts'
import { eventPin, parseInstant } from './event-pin.ts'

const event = eventPin.partial().extend({ start: z.string(), summary: z.string() })
type Event = z.output<typeof event>

export const writeIcs = defineBlock({
  id: '7a453d45-65f3-4ddc-9a5f-3788e8591c09',
  name: 'write-ics',
  description: 'Write events as the text of a calendar file (iCalendar), which calendar programs can import.',
  category: 'TIME',
  categories: ['DATA'],
  icon: 'calendar-plus',
  synonyms: [
    'ical',
    'icalendar',
    'create ics',
    'calendar invite',
    'calendar event',
    'export calendar',
    'meeting invitation',
    'json to ics',
  ],
  input: z.object({
    rows: z.array(event).meta({
      title: 'Events',
      description: 'Each needs a start and a summary.',
      examples: [[{ summary: 'Call', start: '2026-03-01T10:00:00+01:00', end: '2026-03-01T11:00:00+01:00' }]],
    }),
    name: z.string().default('').meta({ title: 'Name', description: 'Name of the calendar.' }),
    stamp: z
      .string()
      .optional()
      .meta({ title: 'Stamp', description: 'Time of this version of the events. By default the current time.', advanced: true }),
  }),
  output: z.object({ text: z.string() }),
  tests: [
    {
      input: {
        rows: [
          {
            uid: '1',
            summary: 'A, b; c',
            start: '2026-03-01T10:00:00+01:00',
            end: '2026-03-01T11:00:00+01:00',
            attendees: ['ada@example.com'],
            recurrence: 'FREQ=WEEKLY;COUNT=2',
            description: 'x\ny',
          },
          { uid: '2', summary: 'Day', start: '2026-03-02' },
          { uid: '3', summary: 'Local', start: '2026-07-01T09:00:00', time_zone: 'Europe/Paris', status: 'TENTATIVE' },
        ],
        stamp: '2026-01-01T00:00:00Z',
        name: 'Mine',
      },
      output: [
        [
          'text',
          [
            'BEGIN:VCALENDAR',
            'VERSION:2.0',
            'PRODID:-//Ashlar//EN',
            'X-WR-CALNAME:Mine',
            'BEGIN:VEVENT',
            'UID:1',
            'DTSTAMP:20260101T000000Z',
            'SUMMARY:A\\, b\\; c',
            'DTSTART:20260301T090000Z',
            'DTEND:20260301T100000Z',
            'DESCRIPTION:x\\ny',
            'RRULE:FREQ=WEEKLY;COUNT=2',
            'ATTENDEE:mailto:ada@example.com',
            'END:VEVENT',
            'BEGIN:VEVENT',
            'UID:2',
            'DTSTAMP:20260101T000000Z',
            'SUMMARY:Day',
            'DTSTART;VALUE=DATE:20260302',
            'END:VEVENT',
            'BEGIN:VEVENT',
            'UID:3',
            'DTSTAMP:20260101T000000Z',
            'SUMMARY:Local',
            'DTSTART;TZID=Europe/Paris:20260701T090000',
            'STATUS:TENTATIVE',
            'END:VEVENT',
            'END:VCALENDAR',
            '',
          ].join('\r\n'),
        ],
      ],
    },
    {
      input: { rows: [{ summary: 'x', start: 'soon' }] },
      output: [['error', 'event 1: start must be a date such as 2026-03-01 or a time such as 2026-03-01T10:00:00Z, got "soon"']],
    },
    {
      input: { rows: [{ summary: 'x', start: '2026-01-01', recurrence: 'FREQ=SOMETIMES' }] },
      output: [
        ['error', (message: string) => message.startsWith('event 1: recurrence must be a rule such as FREQ=WEEKLY;BYDAY=MO: ')],
      ],
    },
    {
      input: { rows: [{ summary: 'x', start: '2026-01-01T10:00:00', time_zone: 'Moon/Base' }] },
      output: [['error', 'event 1: time_zone must be a name such as Europe/Berlin, got "Moon/Base"']],
    },
  ],
  async *run({ rows, name, stamp }) {
    const calendar = new ICAL.Component('vcalendar')
    calendar.addPropertyWithValue('version', '2.0')
    calendar.addPropertyWithValue('prodid', '-//Ashlar//EN')
    if (name !== '') calendar.addPropertyWithValue('x-wr-calname', name)
    const stampMs = stamp === undefined ? Date.now() : parseInstant('stamp', stamp)
    for (const [i, row] of rows.entries()) calendar.addSubcomponent(await toComponent(row, `event ${i + 1}`, stampMs))
    yield ['text', `${calendar.toString()}\r\n`]
  },
})

async function toComponent(row: Event, where: string, stampMs: number): Promise<ICAL.Component> {
  const component = new ICAL.Component('vevent')
  component.addPropertyWithValue('uid', row.uid ?? (await createUid(row)))
  component.addPropertyWithValue('dtstamp', ICAL.Time.fromJSDate(new Date(stampMs), true))
  component.addPropertyWithValue('summary', row.summary)
  addTime(component, 'dtstart', row.start, row.time_zone, `${where}: start`)
  if (row.end !== undefined) addTime(component, 'dtend', row.end, row.time_zone, `${where}: end`)
  for (const key of ['description', 'location', 'status', 'url'] as const) {
    const value = row[key]
    if (value !== undefined && value !== null && value !== '') component.addPropertyWithValue(key, value)
  }
  if (row.recurrence !== undefined && row.recurrence !== null)
    component.addPropertyWithValue('rrule', parseRule(row.recurrence, where))
  if (row.organizer !== undefined && row.organizer !== null)
    component.addPropertyWithValue('organizer', `mailto:${row.organizer}`)
  for (const attendee of row.attendees ?? []) component.addPropertyWithValue('attendee', `mailto:${attendee}`)
  if (row.categories !== undefined && row.categories.length > 0) {
    const categories = new ICAL.Property('categories', component)
    categories.setValues(row.categories)
    component.addProperty(categories)
  }
  return component
}

/** A time with a UTC offset is written in UTC. A local time keeps its zone, which need not be defined in the file. */
function addTime(component: ICAL.Component, name: string, text: string, zone: string | null | undefined, where: string): void {
  const epochMs = parseInstant(where, text)
  const property = new ICAL.Property(name, component)
  if (!text.includes('T')) {
    property.resetType('date')
    property.setValue(ICAL.Time.fromDateString(text))
  } else if (/(Z|[+-]\d{2}:?\d{2})$/.test(text)) property.setValue(ICAL.Time.fromJSDate(new Date(epochMs), true))
  else {
    if (zone !== undefined && zone !== null) {
      if (!inZone(text, zone))
        throw new Error(
          `${where.replace(/: \w+$/, '')}: time_zone must be a name such as Europe/Berlin, got ${JSON.stringify(zone)}`,
        )
      property.setParameter('tzid', zone)
    }
    property.setValue(ICAL.Time.fromDateTimeString(new Date(epochMs).toISOString().slice(0, 19)))
  }
  component.addProperty(property)
}

function parseRule(text: string, where: string): ICAL.Recur {
  try {
    return ICAL.Recur.fromString(text)
  } catch (error) {
    throw new Error(
      `${where}: recurrence must be a rule such as FREQ=WEEKLY;BYDAY=MO: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    )
  }
}

/** The same event always has the same id, so that a second import replaces it. */
async function createUid(row: Event): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(canonicalJson(row))))
  return `${hash.toHex().slice(0, 32)}@ashlar`
}
