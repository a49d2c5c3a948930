import { AshlarError } from '../errors/index.ts'
import type { Call } from './call.ts'
import type { GuestEvent } from './protocol.ts'

/** The error of a call that has passed its deadline. */
export function timeout({ request }: Call): AshlarError {
  return new AshlarError('TIMEOUT', `did not finish within ${request.timeoutMs} ms`)
}

/**
 * What is no event is left out: a guest that has broken its own door tells nothing of its calls.
 *
 * @returns undefined when it is no JSON, or longer than the process lets through
 */
export function parseEvents(json: string, maxChars: number): GuestEvent[] | undefined {
  if (json.length > maxChars) return undefined
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

/** Whether a process ended because V8 ran out of memory. @param how the signal, or the exit code in words */
export function hasRunOutOfMemory(how: string, stderr: string): boolean {
  return ['SIGABRT', 'SIGTRAP', 'SIGILL'].includes(how) || /out of memory|heap limit/i.test(stderr)
}
