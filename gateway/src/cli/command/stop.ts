import { watchLauncher } from './launcher.ts'

/** The request to stop, from outside. */
export interface Stop extends Disposable {
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP, or when the package manager that started us has gone. */
  signal: AbortSignal
  /** Stops for a reason of our own. */
  now(): void
  /** From here on signals do again what they do by default. */
  [Symbol.dispose](): void
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Listens for the first request to stop; a second one ends the process at once, with status 130.
 *
 * @param patienceMs so long may stopping take; then the process ends with status 1
 */
export function listenForStop(patienceMs: number): Stop {
  const controller = new AbortController()
  const now = (): void => {
    if (controller.signal.aborted) return
    setTimeout(() => process.exit(1), patienceMs).unref()
    controller.abort()
  }
  const heard = (): void => {
    if (controller.signal.aborted) process.exit(130)
    now()
  }
  for (const signal of SIGNALS) process.on(signal, heard)
  const endWatch = watchLauncher(now)
  return {
    signal: controller.signal,
    now,
    [Symbol.dispose]() {
      for (const signal of SIGNALS) process.off(signal, heard)
      endWatch()
    },
  }
}
