export { canLockDown, exitNow, lockDown, type LockdownOptions } from './lockdown.ts'
export { withoutIoUring } from './seccomp-filter.ts'
