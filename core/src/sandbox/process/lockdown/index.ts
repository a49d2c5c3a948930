export { canLockDown, exitNow, lockDown } from './lockdown.ts'
export { withoutIoUring } from './seccomp-filter.ts'
export type { LockdownOptions } from './lockdown.ts'
