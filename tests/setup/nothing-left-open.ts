import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, vi } from 'vitest'

/** How long a socket or a child process may take to close after the last `afterAll` of a file. */
const GRACE_MS = 2000
const POLL_MS = 20

/**
 * Runs for each test file. `afterAll` hooks run in reverse order, so the hooks below run after those of the file. A resource that
 * is open then, and was not open before the file, is a leak. Node reports what keeps a process alive: timers, sockets, servers,
 * child processes and watchers. `npx pnpm@12 vitest run --detectAsyncLeaks <file>` shows where a leak was opened; it is slow.
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
  const deadline = Date.now() + GRACE_MS
  let leftOpen = listOpened()
  while (leftOpen.length > 0 && Date.now() < deadline) {
    await delay(POLL_MS)
    leftOpen = listOpened()
  }
  if (leftOpen.length > 0) throw new Error(`left open after the last test: ${leftOpen.join(', ')}`)
})

function listOpened(): string[] {
  const known = [...before]
  return process.getActiveResourcesInfo().filter((resource) => {
    const index = known.indexOf(resource)
    if (index >= 0) known.splice(index, 1)
    return index < 0
  })
}
