import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBlockStorage } from '../../capabilities/index.ts'
import { createTestRuntime, type TestRuntime } from '../../testing/index.ts'
import { DEFAULT_QUOTAS } from './quota-limits.ts'
import { createQuotas } from './quotas.ts'

// Neither takes work, so executions stay QUEUED.
let gateway: TestRuntime
let other: TestRuntime
beforeAll(async () => {
  gateway = await createTestRuntime({ standby: true, quotas: { graphs: 4 } })
  other = await createTestRuntime({ role: 'gateway', databaseUrl: gateway.database.url })
})
afterAll(async () => {
  await other.close()
  await gateway.close()
})

const DOCUMENT = { nodes: [{ id: 'in', block: 'io/input', inputs: { name: 'x' } }] }
const newAccount = async (): Promise<string> => (await gateway.users.create('Bob')).id
const createGraph = (ownerId: string): Promise<string> =>
  gateway.graphs.create(ownerId, { name: 'G', document: DOCUMENT }).then(({ id }) => id)

function start(runtime: TestRuntime, ownerId: string, graphId: string, count: number): Promise<unknown[]> {
  const starts = Array.from({ length: count }, () => runtime.executions.start(ownerId, { graphId, inputs: { x: 1 } }))
  return Promise.all(starts.map((each) => each.catch((error: unknown) => error)))
}

const exceeded = (quota: string, limit: number) =>
  expect.objectContaining({ code: 'QUOTA_EXCEEDED', details: { quota, limit, used: limit } })

async function usedBy(ownerId: string, name: string): Promise<number | null | undefined> {
  return (await gateway.quotas.find([ownerId])).get(ownerId)?.find((quota) => quota.name === name)?.used
}

describe('the quota of unfinished executions', () => {
  it('admits exactly as many as it allows, in two gateways at once', async () => {
    const ownerId = await newAccount()
    const graphId = await createGraph(ownerId)
    await gateway.quotas.setQuota(ownerId, { concurrentExecutions: 7 })
    const rounds = await Promise.all([start(gateway, ownerId, graphId, 6), start(other, ownerId, graphId, 6)])
    const refused = rounds.flat().filter((each) => each instanceof Error)
    expect(refused).toEqual(Array.from({ length: 5 }, () => exceeded('concurrentExecutions', 7)))
    expect(await usedBy(ownerId, 'concurrentExecutions')).toBe(7)
  })

  it('has room again when an execution has ended', async () => {
    const ownerId = await newAccount()
    const graphId = await createGraph(ownerId)
    await gateway.quotas.setQuota(ownerId, { concurrentExecutions: 1 })
    const { id } = await gateway.executions.start(ownerId, { graphId, inputs: { x: 1 } })
    await gateway.executions.cancel(ownerId, id)
    expect(await start(other, ownerId, graphId, 2)).toEqual([
      expect.objectContaining({ status: 'QUEUED' }),
      exceeded('concurrentExecutions', 1),
    ])
  })

  it('does not refuse a repeated start, and starts nothing with a new key', async () => {
    const ownerId = await newAccount()
    const graphId = await createGraph(ownerId)
    await gateway.quotas.setQuota(ownerId, { concurrentExecutions: 1 })
    const request = { graphId, inputs: { x: 1 }, idempotencyKey: 'one' }
    const first = await gateway.executions.start(ownerId, request)
    await expect(gateway.executions.start(ownerId, { ...request, idempotencyKey: 'two' })).rejects.toEqual(
      exceeded('concurrentExecutions', 1),
    )
    expect(await gateway.executions.start(ownerId, request)).toMatchObject({ id: first.id })
    expect(await usedBy(ownerId, 'concurrentExecutions')).toBe(1)
  })

  it('does not limit other accounts, nor the owner of the installation', async () => {
    const [ownerId, second] = [await newAccount(), await newAccount()]
    const [graphId, own, secondGraph] = [
      await createGraph(ownerId),
      await createGraph(gateway.ownerId),
      await createGraph(second),
    ]
    await gateway.quotas.setQuota(ownerId, { concurrentExecutions: 0 })
    const [refused, ...started] = await Promise.all([
      start(gateway, ownerId, graphId, 1),
      start(gateway, gateway.ownerId, own, 3),
      start(gateway, second, secondGraph, 3),
    ])
    expect(refused).toEqual([exceeded('concurrentExecutions', 0)])
    expect(started.flat()).toEqual(Array.from({ length: 6 }, () => expect.objectContaining({ status: 'QUEUED' }) as unknown))
  })

  it('reports the executions of a bulk retry that were not started', async () => {
    const ownerId = await newAccount()
    const graphId = await createGraph(ownerId)
    await start(gateway, ownerId, graphId, 3)
    const request = { filter: { graphIds: [graphId] }, limit: 10, dryRun: false }
    await gateway.executions.cancelAll(ownerId, request)
    await gateway.quotas.setQuota(ownerId, { concurrentExecutions: 2 })
    const { executions, failures } = await gateway.executions.retryAll(ownerId, request)
    expect(executions).toHaveLength(2)
    expect(failures.map(({ error }) => error)).toEqual([exceeded('concurrentExecutions', 2)])
  })

  it('refuses again without a statement for 100 ms', async () => {
    const ownerId = await newAccount()
    let now = 0
    const quotas = createQuotas(gateway.database.pool, DEFAULT_QUOTAS, () => now)
    await quotas.setQuota(ownerId, { concurrentExecutions: 0 })
    const [refusal] = await gateway.database.transact((client) => quotas.admitStarts(client, [ownerId]))
    expect(refusal).toEqual(exceeded('concurrentExecutions', 0))
    now = 99
    expect(() => quotas.refuseRepeated(ownerId)).toThrow(refusal?.message)
    now = 100
    expect(() => quotas.refuseRepeated(ownerId)).not.toThrow()
  })
})

it('counts the executions of an hour, whether they have ended or not', async () => {
  const ownerId = await newAccount()
  const graphId = await createGraph(ownerId)
  await gateway.quotas.setQuota(ownerId, { executionsPerHour: 4 })
  await start(gateway, ownerId, graphId, 3)
  await gateway.executions.cancelAll(ownerId, { filter: { graphIds: [graphId] }, limit: 10, dryRun: false })
  expect(await start(other, ownerId, graphId, 2)).toEqual([
    expect.objectContaining({ status: 'QUEUED' }),
    exceeded('executionsPerHour', 4),
  ])
  await gateway.database.pool.query(
    `update execution_start_count set minute = minute - interval '62 minutes' where account_id = $1`,
    [ownerId],
  )
  await gateway.quotas.setQuota(ownerId, { executionsPerHour: 4 })
  expect(await start(gateway, ownerId, graphId, 5)).toHaveLength(5)
  const { rows } = await gateway.database.pool.query('select starts from execution_start_count where account_id = $1', [ownerId])
  expect(rows).toEqual([{ starts: 4 }]) // old minutes are removed
})

describe('the quota of graphs', () => {
  it('admits exactly as many as it allows at once, and counts a deleted graph no longer', async () => {
    const ownerId = await newAccount()
    const results = await Promise.all(Array.from({ length: 7 }, () => createGraph(ownerId).catch((error: unknown) => error)))
    expect(results.filter((each) => each instanceof Error)).toEqual(Array.from({ length: 3 }, () => exceeded('graphs', 4)))
    const [id = ''] = results.filter((each) => typeof each === 'string')
    await gateway.graphs.delete([ownerId], [id])
    expect(await createGraph(ownerId)).toEqual(expect.any(String))
    await expect(
      gateway.graphs.fork(gateway.ownerId, await createGraph(gateway.ownerId), { newOwnerId: ownerId }),
    ).rejects.toEqual(exceeded('graphs', 4))
  })

  it('imports a file as a whole or not at all', async () => {
    const ownerId = await newAccount()
    await gateway.quotas.setQuota(ownerId, { graphs: 1 })
    const file = await gateway.interchange.toFile(await gateway.graphs.get(gateway.ownerId, await createGraph(gateway.ownerId)))
    await gateway.interchange.import(ownerId, { document: file })
    await expect(gateway.interchange.import(ownerId, { document: file })).rejects.toEqual(exceeded('graphs', 1))
    expect(await usedBy(ownerId, 'graphs')).toBe(1)
  })
})

it('limits what all places of block storage hold together', async () => {
  const ownerId = await newAccount()
  await gateway.quotas.setQuota(ownerId, { storedBytes: 3 * 1024 })
  const storage = createBlockStorage(gateway.database.pool, {}, (id) => gateway.quotas.limitOf(id, 'storedBytes'))
  const [plugin, user] = [
    { ownerId, scope: 'plugin:a' },
    { ownerId, scope: 'user' },
  ]
  await storage.set(plugin, 'a', 'x'.repeat(1500))
  await expect(storage.set(user, 'b', 'x'.repeat(1500))).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
  await expect(storage.compareAndSet(user, 'b', null, 'x'.repeat(1500))).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
  await storage.set(user, 'b', 'small')
  await storage.set(plugin, 'a', 'y'.repeat(1500)) // it replaces a value of the same size
  expect(await usedBy(ownerId, 'storedBytes')).toBe(3 * 1024)
})

describe('the limits of an account', () => {
  it('has those of the configuration, and those that are set', async () => {
    const ownerId = await newAccount()
    await gateway.quotas.setQuota(ownerId, { graphs: 2, storedBytes: null })
    await gateway.quotas.setQuota(ownerId, { executionsPerHour: 5 })
    const limits = async () =>
      Object.fromEntries((await gateway.quotas.find([ownerId])).get(ownerId)?.map(({ name, limit }) => [name, limit]) ?? [])
    const set = { ...DEFAULT_QUOTAS, graphs: 2, storedBytes: null, executionsPerHour: 5 }
    expect(await limits()).toEqual(set)
    await gateway.quotas.setQuota(ownerId, { graphs: undefined })
    expect(await limits()).toEqual({ ...set, graphs: 4 })
  })

  it.each([
    ['an unknown quota', { cheese: 1 }, 'quotas: unknown field "cheese"'],
    ['a negative limit', { graphs: -1 }, 'quotas.graphs: must be at least 0, got -1'],
    ['a fraction', { graphs: 1.5 }, 'quotas.graphs: must be a whole number, got 1.5'],
    ['too little memory', { sandboxMemoryMb: 16 }, 'quotas.sandboxMemoryMb: must be at least 128, got 16'],
  ])('rejects %s', async (_what, changes, message) => {
    await expect(gateway.quotas.setQuota(gateway.ownerId, changes)).rejects.toMatchObject({ code: 'BAD_INPUT', message })
  })

  it('rejects an unknown account', async () => {
    await expect(gateway.quotas.setQuota('x', { graphs: 1 })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})
