/** The host's entries into this guest that have not returned yet. */
const entries = new Set<() => void>()

/**
 * Resolves when `work` has settled, or as soon as running code begins to wait for the host.
 * (Not `Promise.race` with one long-lived promise: that would keep a reaction for every entry ever made.)
 */
export function untilParked(work: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const leave = (): void => {
    entries.delete(leave)
    resolve()
  }
  entries.add(leave)
  work.then(leave, leave)
  return promise
}

/** Called when running code begins to wait for the host: every entry returns with what has gathered. */
export function park(): void {
  for (const leave of entries) leave()
}
