export { canRunAgain, newCall, prepareRestart, wrapEnd } from './call-attempts.ts'
export {
  UNKNOWN_EFFECT,
  cpuLimit,
  effectInterrupted,
  limitError,
  loadFailure,
  lostTooOften,
  timeout,
  isolationTooWeak,
} from './call-errors.ts'
export { forwardReport } from './call-reports.ts'
export { CallQueue } from './call-queue.ts'
export { CpuAccounts, findCalls, measureReading } from './cpu-accounts.ts'
export { ForeseenCalls } from './foreseen-calls.ts'
export { toLoss } from './guest-reports.ts'
export { RecordSpace } from './host-call-record.ts'
export { answerHostCall, toGuestError } from './host-call.ts'
export { parseEvents, parseMessage } from './messages.ts'
export { MISSING_GLOBALS } from './missing-globals.ts'
export { checkOutput } from './output-limits.ts'
export type { Bundle, Call, CallRequest, CallSink, ForeseenCall } from './call.ts'
export type { Loss } from './guest-reports.ts'
export type { HostCallEvent } from './host-call.ts'
export type { CheckedEvent } from './messages.ts'
export type { CheckedOutput } from './output-limits.ts'
