import ICAL from 'ical.js'
import { toMoment, type Moment } from './moment.ts'

export interface CalendarEvent {
  uid: string
  summary: string
  description: string
  location: string
  /** A date, a local time, or a time with its UTC offset. */
  start: string
  /** The first date or time after the event. */
  end: string
  all_day: boolean
  time_zone: string | null
  status: string | null
  url: string | null
  organizer: string | null
  attendees: string[]
  categories: string[]
  /** The rule of a recurring event, such as `FREQ=WEEKLY;BYDAY=MO`. */
  recurrence: string | null
}

export interface EventWindow {
  fromMs: number
  toMs: number
}

/** The number of occurrences, and of steps from the first one to the window. */
const MAX_OCCURRENCES = 10_000
const MAX_STEPS = 20_000

/**
 * Reads the events of an iCalendar text (RFC 5545), in the order of their start.
 *
 * @param window the occurrences to return; without it, each recurring event is returned once
 */
export function readEvents(text: string, window: EventWindow | undefined): CalendarEvent[] {
  const components = parse(text)
  const all = components.flatMap((component) => component.getAllSubcomponents('vevent'))
  const changed = Map.groupBy(
    all.filter((each) => each.hasProperty('recurrence-id')),
    uidOf,
  )
  const masters = all.filter((each) => !each.hasProperty('recurrence-id'))
  const known = new Set(masters.map(uidOf))
  const orphans = [...changed].filter(([uid]) => !known.has(uid)).flatMap(([, each]) => each)
  const found = [...masters, ...orphans].flatMap((component) =>
    occurrencesOf(component, changed.get(uidOf(component)) ?? [], window),
  )
  if (found.length > MAX_OCCURRENCES) throw new Error(`the window has more than ${MAX_OCCURRENCES} events; choose a shorter one`)
  return found.toSorted((a, b) => a.startMs - b.startMs).map(({ event }) => event)
}

function parse(text: string): ICAL.Component[] {
  try {
    const parsed = ICAL.parse(text.replace(/^\ufeff/, '').trim()) as unknown[]
    const all = (typeof parsed[0] === 'string' ? [parsed] : parsed) as ConstructorParameters<typeof ICAL.Component>[0][]
    const components = all.map((each) => new ICAL.Component(each)).filter(({ name }) => name === 'vcalendar')
    if (components.length > 0) return components
  } catch (error) {
    throw new Error(`text must be iCalendar: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
  throw new Error('text must be iCalendar, which starts with BEGIN:VCALENDAR')
}

interface Found {
  event: CalendarEvent
  startMs: number
}

function occurrencesOf(component: ICAL.Component, exceptions: ICAL.Component[], window: EventWindow | undefined): Found[] {
  const start = component.getFirstPropertyValue('dtstart')
  if (!(start instanceof ICAL.Time)) return []
  const event = new ICAL.Event(component, { exceptions, strictExceptions: false })
  if (!window || !event.isRecurring()) {
    const single = describe(component, event.startDate, event.endDate)
    return !window || overlaps(single, window) ? [single.found] : []
  }
  const found: Found[] = []
  const iterator = event.iterator()
  for (let step = 0, next = iterator.next() as ICAL.Time | null; next; next = iterator.next() as ICAL.Time | null) {
    if (++step > MAX_STEPS)
      throw new Error(
        `the event ${JSON.stringify(textOf(component, 'summary') ?? '')} has more than ${MAX_STEPS} occurrences before the end of the window`,
      )
    if (toMoment(next, zoneOf(component, 'dtstart')).epochMs >= window.toMs) break
    const { item, startDate, endDate } = event.getOccurrenceDetails(next)
    const single = describe(item.component, startDate, endDate, component)
    if (overlaps(single, window)) found.push(single.found)
    if (found.length > MAX_OCCURRENCES) break
  }
  return found
}

interface Described {
  found: Found
  endMs: number
}

function overlaps({ found: { startMs }, endMs }: Described, { fromMs, toMs }: EventWindow): boolean {
  return startMs < toMs && (endMs > fromMs || startMs >= fromMs)
}

function describe(component: ICAL.Component, startDate: ICAL.Time, endDate: ICAL.Time, master = component): Described {
  const zone = zoneOf(component, 'dtstart')
  const start: Moment = toMoment(startDate, zone)
  const end: Moment = toMoment(endDate, zoneOf(component, 'dtend') ?? zone)
  const event: CalendarEvent = {
    uid: uidOf(component),
    summary: textOf(component, 'summary') ?? '',
    description: textOf(component, 'description') ?? '',
    location: textOf(component, 'location') ?? '',
    start: start.text,
    end: end.text,
    all_day: startDate.isDate,
    time_zone: zone ?? (startDate.zone?.tzid === 'UTC' ? 'UTC' : null),
    status: textOf(component, 'status'),
    url: textOf(component, 'url'),
    organizer: addressOf(component.getFirstProperty('organizer')),
    attendees: component.getAllProperties('attendee').flatMap((each) => addressOf(each) ?? []),
    categories: component.getAllProperties('categories').flatMap((each) => each.getValues().map(String)),
    recurrence: textOf(master, 'rrule'),
  }
  return { found: { event, startMs: start.epochMs }, endMs: end.epochMs }
}

function uidOf(component: ICAL.Component): string {
  return textOf(component, 'uid') ?? ''
}

function textOf(component: ICAL.Component, name: string): string | null {
  const value: unknown = component.getFirstPropertyValue(name)
  return value === null || value === undefined ? null : String(value)
}

function zoneOf(component: ICAL.Component, name: string): string | undefined {
  const zone = component.getFirstProperty(name)?.getFirstParameter('tzid')
  return zone === undefined || zone === '' ? undefined : zone
}

function addressOf(property: ICAL.Property | null): string | null {
  const value = property?.getFirstValue()
  return value === null || value === undefined ? null : String(value).replace(/^mailto:/i, '')
}
