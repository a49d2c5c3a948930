export { canLockDown, exitNow, lockDown, type LockdownOptions } from './lockdown.ts'
export { withoutIoUring } from './seccomp-filter.ts'

/** Modules that are programs, by their paths below `sandbox/`. */
export const LAUNCHER = 'process/lockdown/launcher.ts'
export const PROBE = 'process/lockdown/probe.ts'
