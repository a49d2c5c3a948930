const AWAITS_TOO_LONG =
  'did not finish loading in time: a module awaits at its top level; timers do not fire before the plugin is loaded'

/** In relation to the limit of CPU time, because a loaded machine may not run the code at once. */
const WALL_FACTOR = 3

/**
 * Neither timers nor host calls run while a bundle is evaluated, so a wait for one would not end.
 *
 * @param timeoutMs the limit of CPU time
 */
export async function withinLoadTime(loading: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(AWAITS_TOO_LONG)), WALL_FACTOR * timeoutMs)
  })
  await Promise.race([loading, late]).finally(() => clearTimeout(timer))
}
