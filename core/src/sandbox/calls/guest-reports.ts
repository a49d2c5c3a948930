import type { LostReason } from '../channel/index.ts'

/** Why calls were lost: their guest or the whole process ended. */
export type Loss = LostReason | { kind: 'exit'; detail: string }

/** The signals by which V8 and Node end a process that is out of memory. */
const ABORTS = ['SIGABRT', 'SIGTRAP', 'SIGILL']
/** Only code inside the process causes these signals. */
const FAULTS = ['SIGSEGV', 'SIGBUS', 'SIGSYS']
/**
 * Node writes this before it aborts. Process 1 of a namespace, as under bubblewrap, does not receive the SIGABRT that
 * it sends to itself: libc then executes an instruction that ends the process with SIGSEGV.
 */
const ABORT_TRACE = /----- (Native|JavaScript) stack trace -----/

/** @param how the signal that ended the process, or `code` and its exit code */
export function toLoss(how: string, stderr: string): Loss {
  const isAbort = ABORTS.includes(how) || (how === 'SIGSEGV' && ABORT_TRACE.test(stderr))
  if (isAbort || /out of memory|heap limit/i.test(stderr)) return { kind: 'memory' }
  return FAULTS.includes(how) ? { kind: 'crash' } : { kind: 'exit', detail: how }
}
