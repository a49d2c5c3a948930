import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { readEvents, type EventWindow } from './read-events.ts'
import { eventPin, parseInstant } from './event-pin.ts'

const CALENDAR = `BEGIN:VCALENDAR
VERSION:2.0
PRODID:x
BEGIN:VEVENT
UID:1
DTSTART;TZID=Europe/Berlin:20260326T100000
DTEND;TZID=Europe/Berlin:20260326T110000
SUMMARY:Team\\, weekly
RRULE:FREQ=WEEKLY;COUNT=4
EXDATE;TZID=Europe/Berlin:20260409T100000
ATTENDEE;CN=Ada:mailto:ada@example.com
END:VEVENT
BEGIN:VEVENT
UID:1
RECURRENCE-ID;TZID=Europe/Berlin:20260416T100000
DTSTART;TZID=Europe/Berlin:20260416T120000
DTEND;TZID=Europe/Berlin:20260416T130000
SUMMARY:Moved
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART;VALUE=DATE:20260401
SUMMARY:Holiday
END:VEVENT
END:VCALENDAR`

const NONE = { description: '', location: '', status: null, url: null, organizer: null, categories: [] }
const TEAM = {
  ...NONE,
  uid: '1',
  summary: 'Team, weekly',
  all_day: false,
  time_zone: 'Europe/Berlin',
  attendees: ['ada@example.com'],
  recurrence: 'FREQ=WEEKLY;COUNT=4',
}
const HOLIDAY = {
  ...NONE,
  uid: '2',
  summary: 'Holiday',
  start: '2026-04-01',
  end: '2026-04-02',
  all_day: true,
  time_zone: null,
  attendees: [],
  recurrence: null,
}

export const parseIcs = defineBlock({
  id: '18cbdf82-890c-4722-aac8-a01e2660ebec',
  name: 'parse-ics',
  description: 'Read the events of a calendar (iCalendar), with every occurrence of recurring events in a period.',
  category: 'TIME',
  categories: ['DATA'],
  icon: 'calendar-search',
  synonyms: [
    'ical',
    'icalendar',
    'ics to json',
    'read calendar',
    'google calendar',
    'outlook calendar',
    'meetings',
    'recurring events',
    'rrule',
  ],
  input: z.object({
    text: z.string().meta({ title: 'Text', description: 'The text of an .ics file.' }),
    from: z
      .string()
      .optional()
      .meta({
        title: 'From',
        description: 'Start of the period: a date, or a time with its UTC offset.',
        examples: ['2026-03-01'],
      }),
    to: z
      .string()
      .optional()
      .meta({
        title: 'To',
        description: 'End of the period, which is not part of it. Without from and to, each recurring event is returned once.',
        examples: ['2026-04-01'],
      }),
  }),
  output: z.object({
    rows: z.array(eventPin).describe('The events in the order of their start.'),
    count: z.int().describe('Number of events.'),
  }),
  tests: [
    {
      name: 'expands a rule across the start of summer time, without exceptions and with changes',
      input: { text: CALENDAR, from: '2026-03-26', to: '2026-05-01' },
      output: [
        [
          'rows',
          [
            { ...TEAM, start: '2026-03-26T10:00:00+01:00', end: '2026-03-26T11:00:00+01:00' },
            HOLIDAY,
            { ...TEAM, start: '2026-04-02T10:00:00+02:00', end: '2026-04-02T11:00:00+02:00' },
            { ...TEAM, summary: 'Moved', start: '2026-04-16T12:00:00+02:00', end: '2026-04-16T13:00:00+02:00', attendees: [] },
          ],
        ],
        ['count', 4],
      ],
    },
    {
      input: { text: CALENDAR },
      output: [
        ['rows', [{ ...TEAM, start: '2026-03-26T10:00:00+01:00', end: '2026-03-26T11:00:00+01:00' }, HOLIDAY]],
        ['count', 2],
      ],
    },
    { input: { text: 'hello' }, output: [['error', (message: string) => message.startsWith('text must be iCalendar')]] },
    {
      input: { text: CALENDAR, from: 'soon', to: '2026-01-01' },
      output: [['error', 'from must be a date such as 2026-03-01 or a time such as 2026-03-01T10:00:00Z, got "soon"']],
    },
    { input: { text: CALENDAR, from: '2026-01-01' }, output: [['error', 'set both from and to, or neither']] },
    {
      name: 'an endless rule has an end',
      input: {
        text: 'BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20000101T000000Z\nRRULE:FREQ=SECONDLY\nEND:VEVENT\nEND:VCALENDAR',
        from: '2026-01-01',
        to: '2027-01-01',
      },
      output: [['error', 'the event "" has more than 20000 occurrences before the end of the window']],
    },
  ],
  *run({ text, from, to }) {
    if ((from === undefined) !== (to === undefined)) throw new Error('set both from and to, or neither')
    const window: EventWindow | undefined =
      from === undefined || to === undefined ? undefined : { fromMs: parseInstant('from', from), toMs: parseInstant('to', to) }
    const rows = readEvents(text, window)
    yield ['rows', rows]
    yield ['count', rows.length]
  },
})
