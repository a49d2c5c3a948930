import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTestCaller, createTestRuntime, type TestRuntime } from '../../testing/index.ts'
import { createBlockStorage, type BlockStorage } from './block-storage.ts'
import type { StoragePlace } from './statements.ts'
import { createStorageHost } from './host.ts'

let runtime: TestRuntime
let place: StoragePlace
beforeAll(async () => {
  runtime = await createTestRuntime({ role: 'gateway' })
})
afterAll(() => runtime.close())
beforeEach(async () => {
  place = { ownerId: await newOwner(), scope: 'user' }
})

async function newOwner(): Promise<string> {
  return (await runtime.users.create('Ada')).id
}

async function use(): Promise<unknown> {
  const text = 'select keys, kib from block_storage_use where owner_id = $1 and scope = $2'
  return (await runtime.database.pool.query(text, [place.ownerId, place.scope])).rows[0]
}

/** Returns the host calls of a block, in a graph or without one. */
function openBlock(qualifiedName: string, graphId: string | null, ownerId = place.ownerId) {
  const capabilities = { storage: ['graph' as const, 'user' as const, 'plugin' as const] }
  const caller = createTestCaller({ qualifiedName, capabilities, graphId, ownerId })
  const session = createStorageHost(createBlockStorage(runtime.database.pool)).createSession(caller)
  return (method: string, ...args: unknown[]): Promise<unknown> => session.perform(`storage.${method}`, args)
}

describe('the scope "plugin"', () => {
  it('is shared by all blocks of the plugin, in any graph and without a graph', async () => {
    await openBlock('notes/add', randomUUID())('set', 'plugin', 'key', 'kept')
    expect(await openBlock('notes/show', randomUUID())('get', 'plugin', 'key')).toBe('kept')
    expect(await openBlock('notes/show', null)('get', 'plugin', 'key')).toBe('kept')
  })

  it('is separate from other plugins, other scopes and other users', async () => {
    const graphId = randomUUID()
    await openBlock('notes/add', graphId)('set', 'plugin', 'key', 'kept')
    expect(await openBlock('note/show', graphId)('list', 'plugin')).toEqual([])
    expect(await openBlock('notes-more/show', graphId)('list', 'plugin')).toEqual([])
    expect(await openBlock('notes/show', graphId)('list', 'graph')).toEqual([])
    expect(await openBlock('notes/show', graphId)('list', 'user')).toEqual([])
    expect(await openBlock('notes/show', graphId, await newOwner())('list', 'plugin')).toEqual([])
  })
})

describe('the contents of a scope', () => {
  const limits = { maxKeys: 3, maxKib: 5 }
  let storage: BlockStorage
  beforeEach(() => {
    storage = createBlockStorage(runtime.database.pool, limits)
  })

  it('are counted in keys and in KiB, rounded up for each key with its value', async () => {
    await storage.set(place, 'a', 'x'.repeat(1021))
    expect(await use()).toEqual({ keys: 1, kib: 1 })
    await storage.set(place, 'a', 'x'.repeat(1022))
    expect(await use()).toEqual({ keys: 1, kib: 2 })
    await storage.compareAndSet(place, 'b', null, 'ä'.repeat(511))
    expect(await use()).toEqual({ keys: 2, kib: 4 })
    await storage.compareAndSet(place, 'b', 'ä'.repeat(511), 1)
    expect(await use()).toEqual({ keys: 2, kib: 3 })
    await storage.delete(place, 'a')
    await storage.delete(place, 'a')
    expect(await use()).toEqual({ keys: 1, kib: 1 })
  })

  it('have a limit of keys, at which existing values may still change', async () => {
    for (const key of ['a', 'b', 'c']) await storage.set(place, key, 1)
    await expect(storage.set(place, 'd', 1)).rejects.toMatchObject({ code: 'OUTPUT_LIMIT' })
    await expect(storage.compareAndSet(place, 'd', null, 1)).rejects.toMatchObject({ code: 'OUTPUT_LIMIT' })
    await storage.set(place, 'a', 2)
    expect(await storage.compareAndSet(place, 'b', 1, 2)).toBe(true)
    expect(await storage.compareAndSet(place, 'c', null, 2)).toBe(false)
    await storage.delete(place, 'a')
    await storage.set(place, 'd', 1)
    expect(await storage.list(place, undefined)).toEqual(['b', 'c', 'd'])
    await storage.set({ ...place, scope: 'graph:other' }, 'd', 1)
  })

  it('have a limit of bytes, at which no value may grow', async () => {
    await storage.set(place, 'a', 'x'.repeat(4000))
    await expect(storage.set(place, 'b', 'x'.repeat(2000))).rejects.toMatchObject({ code: 'OUTPUT_LIMIT' })
    await expect(storage.compareAndSet(place, 'a', 'x'.repeat(4000), 'x'.repeat(6000))).rejects.toMatchObject({
      code: 'OUTPUT_LIMIT',
    })
    await storage.set(place, 'b', 1)
    await storage.set(place, 'a', 1)
    await storage.set(place, 'b', 'x'.repeat(3000))
    expect(await use()).toEqual({ keys: 2, kib: 4 })
  })

  it('do not fail a swap that changes nothing when the place is full', async () => {
    for (const key of ['a', 'b', 'c']) await storage.set(place, key, 'x'.repeat(1000))
    const long = 'x'.repeat(4000)
    expect(await storage.compareAndSet(place, 'd', 1, 2)).toBe(false)
    expect(await storage.compareAndSet(place, 'a', 1, long)).toBe(false)
    expect(await storage.compareAndSet(place, 'a', null, long)).toBe(false)
    await storage.set(place, 'b', null)
    await expect(storage.compareAndSet(place, 'b', null, long)).rejects.toMatchObject({ code: 'OUTPUT_LIMIT' })
    await expect(storage.compareAndSet(place, 'a', 'x'.repeat(1000), long)).rejects.toMatchObject({ code: 'OUTPUT_LIMIT' })
    await expect(storage.compareAndSet(place, 'd', null, 1)).rejects.toMatchObject({ code: 'OUTPUT_LIMIT' })
  })

  it('include a stored null', async () => {
    await storage.set(place, 'a', null)
    await storage.compareAndSet(place, 'a', null, 'x'.repeat(1500))
    expect(await use()).toEqual({ keys: 1, kib: 2 })
  })

  it('are counted correctly under concurrent writes to the same keys', async () => {
    const roomy = createBlockStorage(runtime.database.pool)
    const work = Array.from({ length: 60 }, (_, i) => {
      if (i % 7 === 0) return roomy.delete(place, `k${i % 5}`)
      return roomy.set(place, `k${i % 5}`, 'x'.repeat((i % 4) * 1500))
    })
    await Promise.all(work)
    const { rows } = await runtime.database.pool.query(
      `select count(*)::int as keys, coalesce(sum(kib), 0)::int as kib from block_storage where owner_id = $1`,
      [place.ownerId],
    )
    expect(await use()).toEqual(rows[0])
  })
})

describe('one value', () => {
  it('may have 64 KiB as JSON in UTF-8', async () => {
    const storage = createBlockStorage(runtime.database.pool)
    await storage.set(place, 'a', 'x'.repeat(64 * 1024 - 2))
    await expect(storage.set(place, 'a', 'x'.repeat(64 * 1024 - 1))).rejects.toMatchObject({ code: 'OUTPUT_LIMIT' })
    await expect(storage.set(place, 'a', 'ä'.repeat(32 * 1024))).rejects.toMatchObject({ code: 'OUTPUT_LIMIT' })
  })

  it('is null after it is deleted', async () => {
    const storage = createBlockStorage(runtime.database.pool)
    await storage.set(place, 'a', 1)
    await storage.delete(place, 'a')
    expect(await storage.get(place, 'a')).toBe(null)
    expect(await storage.compareAndSet(place, 'a', null, 2)).toBe(true)
  })
})

describe('lists keys', () => {
  const storage = (): BlockStorage => createBlockStorage(runtime.database.pool)

  it('by code point, by prefix and after a key', async () => {
    for (const key of ['b/2', 'b/10', 'a', 'B', 'b%', 'é', 'z', 'b/1']) await storage().set(place, key, 1)
    expect(await storage().list(place, undefined)).toEqual(['B', 'a', 'b%', 'b/1', 'b/10', 'b/2', 'z', 'é'])
    expect(await storage().list(place, { prefix: 'b/' })).toEqual(['b/1', 'b/10', 'b/2'])
    expect(await storage().list(place, { prefix: '%' })).toEqual([])
    expect(await storage().list(place, { first: 2, after: 'a' })).toEqual(['b%', 'b/1'])
    expect(await storage().list(place, { prefix: 'b/', after: 'b/1', first: 1 })).toEqual(['b/10'])
  })

  it.each([[{ first: 0 }], [{ first: 1001 }], [{ first: 1.5 }], [{ prefix: 1 }], [{ after: 'a\0' }], ['a'], [[]]])(
    'but rejects %j',
    async (page) => {
      await expect(storage().list(place, page)).rejects.toMatchObject({ code: 'BAD_INPUT' })
    },
  )
})
