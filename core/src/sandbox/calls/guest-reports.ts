import type { LostReason } from '../channel/index.ts'

/** Why calls were lost: their guest ended, or the whole process did. */
export type Loss = LostReason | { kind: 'exit'; detail: string }

/** How V8 and Node end a process that is out of memory. */
const ABORTS = ['SIGABRT', 'SIGTRAP', 'SIGILL']
/** A process that runs nothing but this code ends so only by it, not by what others do. */
const FAULTS = ['SIGSEGV', 'SIGBUS', 'SIGSYS']
/**
 * What Node writes before it aborts. Process 1 of a namespace, as under bubblewrap, does not get the SIGABRT that it sends itself: libc then
 * executes an instruction that ends it by SIGSEGV.
 */
const ABORT_TRACE = /----- (Native|JavaScript) stack trace -----/

/** @param how the signal that ended a process, or its exit code in words */
export function exitOf(how: string, stderr: string): Loss {
  const isAbort = ABORTS.includes(how) || (how === 'SIGSEGV' && ABORT_TRACE.test(stderr))
  if (isAbort || /out of memory|heap limit/i.test(stderr)) return { kind: 'memory' }
  return FAULTS.includes(how) ? { kind: 'crash' } : { kind: 'exit', detail: how }
}
