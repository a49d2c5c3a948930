import { AshlarError } from '../errors/index.ts'
import type { Call } from './call.ts'
import type { GuestEvent } from './protocol.ts'

/** The name of the isolate in which a guest is. */
export function isolateOfGuest(guest: string): string {
  return guest.slice(0, guest.lastIndexOf('|'))
}

/** The error of a call that has passed its deadline. */
export function timeout({ request }: Call): AshlarError {
  return new AshlarError('TIMEOUT', `did not finish within ${request.timeoutMs} ms`)
}

/**
 * What is no event is left out: a guest that has broken its own door tells nothing of its calls.
 *
 * @returns undefined when it is no JSON
 */
export function parseEvents(json: string): GuestEvent[] | undefined {
  try {
    const events = JSON.parse(`[${json}]`) as unknown[]
    return events.filter(isEvent)
  } catch {
    return undefined
  }
}

/** What the fields must be that are used as they come, by type of event. */
const FIELDS: Record<string, Record<string, 'string' | 'number'>> = {
  o: { pin: 'string' },
  e: {},
  c: { request: 'number', method: 'string' },
  d: {},
  l: { level: 'string', text: 'string' },
  p: { fraction: 'number', note: 'string' },
}

function isEvent(event: unknown): event is GuestEvent {
  if (typeof event !== 'object' || event === null || !('t' in event) || !('id' in event)) return false
  const { t, id, ...rest } = event as Record<string, unknown>
  if (typeof t !== 'string' || typeof id !== 'number' || !Object.hasOwn(FIELDS, t)) return false
  return Object.entries(FIELDS[t] ?? {}).every(([field, type]) => typeof rest[field] === type)
}

/** The name of the guest in which a call runs. */
export function guestOfCall({ request: { owner, bundle, scope } }: Call): string {
  return `${owner}|${bundle.digest}|${scope}`
}

/** Whether a process ended because V8 ran out of memory. @param how the signal, or the exit code in words */
export function hasRunOutOfMemory(how: string, stderr: string): boolean {
  return ['SIGABRT', 'SIGTRAP', 'SIGILL'].includes(how) || /out of memory|heap limit/i.test(stderr)
}

/** What a database and other languages' parsers take without harm. */
const MAX_DEPTH = 1000

/** Whether lists and objects lie deeper in each other than anybody needs. */
export function isTooDeep(value: unknown): boolean {
  let level = [value].filter(isContainer)
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return true
    level = level.flatMap((each) => Object.values(each).filter(isContainer))
  }
  return false
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** The error of a call that yielded a value like that. */
export function tooDeep(pin: string): AshlarError {
  return new AshlarError('OUTPUT_LIMIT', `output "${pin}" is nested more than ${MAX_DEPTH} deep`)
}
