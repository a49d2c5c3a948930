import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, vi } from 'vitest'

/** How long a socket or a child process may take to close after the last `afterAll` of a file. */
const GRACE_MS = 2000
const POLL_MS = 20

/**
 * Runs for each test file. Hooks end in the reverse of their order, so this one runs after all of the file's own: what is open
 * then, and was not before the file, has been forgotten. It sees what keeps a process alive: timers, sockets, servers, child
 * processes, watchers. Where they were made is told by `npx pnpm@12 vitest run --detectAsyncLeaks <file>`, which is too slow for every run.
 */
const before = process.getActiveResourcesInfo()

/** Test files that share a process also share its environment, its clock and its modules. */
afterAll(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
  vi.useRealTimers()
  vi.restoreAllMocks()
})

afterAll(async () => {
  const givenUpAt = Date.now() + GRACE_MS
  let leftOpen = opened()
  while (leftOpen.length > 0 && Date.now() < givenUpAt) {
    await delay(POLL_MS)
    leftOpen = opened()
  }
  if (leftOpen.length > 0) throw new Error(`left open after the last test: ${leftOpen.join(', ')}`)
})

function opened(): string[] {
  const known = [...before]
  return process.getActiveResourcesInfo().filter((resource) => {
    const index = known.indexOf(resource)
    if (index >= 0) known.splice(index, 1)
    return index < 0
  })
}
