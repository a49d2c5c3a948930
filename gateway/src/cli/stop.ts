/** The request to stop, from outside. */
export interface Stop extends Disposable {
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP, or when the program that started us has gone. */
  signal: AbortSignal
  /** Stops for a reason of our own. */
  now(): void
  /** From here on signals do again what they do by default. */
  [Symbol.dispose](): void
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const LOOK_FOR_PARENT_EVERY_MS = 500

/**
 * Listens for the first request to stop; a second one ends the process at once, with status 130.
 *
 * @param patienceMs so long may stopping take; then the process ends with status 1
 */
export function listenForStop(patienceMs: number, environment: Readonly<Record<string, string | undefined>>): Stop {
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
  const parent = watchParent(now, environment)
  return {
    signal: controller.signal,
    now,
    [Symbol.dispose]() {
      for (const signal of SIGNALS) process.off(signal, heard)
      clearInterval(parent)
    },
  }
}

/**
 * A package manager that is killed takes no child along, and not every one passes signals on: when it has started us, its
 * end is ours.
 */
function watchParent(
  gone: () => void,
  { npm_lifecycle_event, npm_command }: Readonly<Record<string, string | undefined>>,
): NodeJS.Timeout | undefined {
  if (npm_lifecycle_event === undefined && npm_command === undefined) return undefined
  const parent = process.ppid
  return setInterval(() => process.ppid !== parent && gone(), LOOK_FOR_PARENT_EVERY_MS).unref()
}
