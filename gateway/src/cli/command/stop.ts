import { watchLauncher } from './launcher.ts'

/** A request to stop the process. */
export interface Stop extends Disposable {
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP, or when the package manager that started this process ends. */
  signal: AbortSignal
  /** Requests the stop from inside the process. */
  now(): void
  /** Restores the default behaviour of signals. */
  [Symbol.dispose](): void
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Listens for requests to stop. A second request ends the process immediately with status 130.
 *
 * @param timeoutMs how long stopping may take. Then the process ends with status 1.
 */
export function listenForStop(timeoutMs: number): Stop {
  const controller = new AbortController()
  const now = (): void => {
    if (controller.signal.aborted) return
    setTimeout(() => process.exit(1), timeoutMs).unref()
    controller.abort()
  }
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130)
    now()
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  const stopWatching = watchLauncher(now)
  return {
    signal: controller.signal,
    now,
    [Symbol.dispose]() {
      for (const signal of SIGNALS) process.off(signal, onSignal)
      stopWatching()
    },
  }
}
