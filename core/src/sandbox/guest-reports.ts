import { parseJson } from '@ashlar/sdk/json'
import { AshlarError } from '../errors/index.ts'
import type { Call } from './call.ts'
import type { GuestEvent, LostReason } from './protocol.ts'

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
    const events = parseJson(`[${json}]`) as unknown[]
    return events.filter(isEvent)
  } catch {
    return undefined
  }
}

/** Whether the fields are there that are used as they come. */
function isEvent(event: unknown): event is GuestEvent {
  if (typeof event !== 'object' || event === null) return false
  const { t, id, pin, request, method, level, text, fraction, note } = event as Record<string, unknown>
  if (typeof id !== 'number') return false
  switch (t) {
    case 'o':
      return typeof pin === 'string'
    case 'c':
      return typeof request === 'number' && typeof method === 'string'
    case 'l':
      return typeof level === 'string' && typeof text === 'string'
    case 'p':
      return typeof fraction === 'number' && typeof note === 'string'
    default:
      return t === 'e' || t === 'd'
  }
}

/** Why calls were lost: their guest ended, or the whole process did. */
export type Loss = LostReason | { kind: 'exit'; detail: string }

/** @param how the signal that ended a process, or its exit code in words */
export function exitOf(how: string, stderr: string): Loss {
  const isOutOfMemory = ['SIGABRT', 'SIGTRAP', 'SIGILL'].includes(how) || /out of memory|heap limit/i.test(stderr)
  return isOutOfMemory ? { kind: 'memory' } : { kind: 'exit', detail: how }
}
