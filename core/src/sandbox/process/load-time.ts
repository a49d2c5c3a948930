const AWAITS_TOO_LONG =
  'did not finish loading in time: a module awaits at its top level; timers do not fire before the plugin is loaded'

/** Neither timers nor host calls run while a bundle is evaluated, so a wait for one would not end. */
export async function withinLoadTime(loading: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(AWAITS_TOO_LONG)), timeoutMs)
  })
  await Promise.race([loading, late]).finally(() => clearTimeout(timer))
}
