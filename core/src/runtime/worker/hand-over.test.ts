import { expect, it } from 'vitest'
import type { Database } from '../../postgres/index.ts'
import type { Queue } from '../../postgres/queue/index.ts'
import { handOverAll } from './hand-over.ts'
import { HeldExecutions } from './held-executions.ts'

it('waits for a release that has begun when the grace period ends', async () => {
  const held = new HeldExecutions()
  const entry = { executionId: 'a', fence: 1, parentId: null, lastSeq: 0, committedSeq: 0, lost: false }
  held.add({ lease: { executionId: 'a', job: { id: 'a', retryCount: 0 } }, ownerId: 'u', entry, driver: undefined })
  const database = { pool: { query: () => new Promise((resolve) => setImmediate(resolve)) } } as unknown as Database
  const released: string[] = []
  const release: Queue['release'] = async (leases) => {
    await new Promise((resolve) => setTimeout(resolve, 20))
    released.push(...leases.map(({ executionId }) => executionId))
  }
  const journal = { committed: () => Promise.resolve() }
  const parts = { database, queue: { release } as Queue, id: 'worker', held, journal, onError: () => {} }
  await handOverAll(parts as unknown as Parameters<typeof handOverAll>[0], 0)
  expect(released).toEqual(['a'])
})
