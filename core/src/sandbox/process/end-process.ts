import { exitNow, lockDown, type LockdownOptions } from './lockdown/index.ts'

/** How long the code of a disposed isolate may continue, in elapsed time and in CPU time of the process. */
const STOP_WITHIN_MS = 500
/** The maximum elapsed time, even if the process gets little CPU time. */
const STOP_WITHIN_WALL_MS = 5000
const CHECK_EVERY_MS = 50

const EXIT_CODE = 70

/** Ends this process immediately. A normal exit would wait for isolates whose code never ends. */
export function endProcess(): void {
  if (isLockedDown) exitNow(EXIT_CODE)
  else process.kill(process.pid, 'SIGKILL')
}

let isLockedDown = false

/** Locks the process down. It can no longer send signals. */
export function lockProcess(options: LockdownOptions): void {
  lockDown(options)
  isLockedDown = true
}

/**
 * Ends this process unless the code of a disposed isolate stops. The worker starts the calls of the other isolates
 * again.
 */
export function endUnlessItStops(isRunning: () => boolean): void {
  const startedAt = performance.now()
  const { user, system } = process.cpuUsage()
  const timer = setInterval(() => {
    if (!isRunning()) return clearInterval(timer)
    const used = process.cpuUsage({ user, system })
    const [wallMs, cpuMs] = [performance.now() - startedAt, (used.user + used.system) / 1000]
    if (Math.min(wallMs, cpuMs) > STOP_WITHIN_MS || wallMs > STOP_WITHIN_WALL_MS) endProcess()
  }, CHECK_EVERY_MS)
}
