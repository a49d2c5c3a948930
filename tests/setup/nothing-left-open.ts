import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, vi } from 'vitest'

/** The time limit for sockets and child processes to close after the last `afterAll` of a file. */
const GRACE_MS = 2000
const POLL_MS = 20

/**
 * Runs for each test file, and fails if the file leaves a resource open. Hooks run in reverse order, so this hook runs
 * after those of the file. It checks resources that keep a process alive: timers, sockets, servers, child processes,
 * watchers. To find the place where they were created, run `npx pnpm@12 vitest run --detectAsyncLeaks <file>`, which is
 * too slow for every run.
 */
const before = process.getActiveResourcesInfo()

/** Test files that share a process also share its environment, its clock and its modules. */
afterAll(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.resetConfig()
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
