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

/** @returns undefined when it is no JSON: the guest has broken its own door */
export function parseEvents(json: string): GuestEvent[] | undefined {
  try {
    const events = JSON.parse(`[${json}]`) as (GuestEvent | null)[]
    return events.filter((event) => event !== null)
  } catch {
    return undefined
  }
}

/** The name of the guest in which a call runs. */
export function guestOfCall({ request: { owner, bundle, scope } }: Call): string {
  return `${owner}|${bundle.digest}|${scope}`
}

/** Whether a process ended because V8 ran out of memory. @param how the signal, or the exit code in words */
export function hasRunOutOfMemory(how: string, stderr: string): boolean {
  return ['SIGABRT', 'SIGTRAP', 'SIGILL'].includes(how) || /out of memory|heap limit/i.test(stderr)
}
