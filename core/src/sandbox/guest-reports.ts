import { AshlarError } from '../errors/index.ts'
import type { Call } from './call.ts'
import { withRemedy } from './missing-globals.ts'
import type { LostReason } from './protocol.ts'

/** The error of a call that has passed its deadline. */
export function timeout({ request }: Call): AshlarError {
  return new AshlarError('TIMEOUT', `did not finish within ${request.timeoutMs} ms`)
}

/** The error of a plugin whose code does not load. */
export function loadFailure(message: string): AshlarError {
  return new AshlarError('PLUGIN_LOAD_FAILED', withRemedy(message))
}

/** Why calls were lost: their guest ended, or the whole process did. */
export type Loss = LostReason | { kind: 'exit'; detail: string }

/** @param how the signal that ended a process, or its exit code in words */
export function exitOf(how: string, stderr: string): Loss {
  const isOutOfMemory = ['SIGABRT', 'SIGTRAP', 'SIGILL'].includes(how) || /out of memory|heap limit/i.test(stderr)
  return isOutOfMemory ? { kind: 'memory' } : { kind: 'exit', detail: how }
}
