import type { LostReason } from './protocol.ts'

/** Why calls were lost: their guest ended, or the whole process did. */
export type Loss = LostReason | { kind: 'exit'; detail: string }

/** @param how the signal that ended a process, or its exit code in words */
export function exitOf(how: string, stderr: string): Loss {
  const isOutOfMemory = ['SIGABRT', 'SIGTRAP', 'SIGILL'].includes(how) || /out of memory|heap limit/i.test(stderr)
  return isOutOfMemory ? { kind: 'memory' } : { kind: 'exit', detail: how }
}
