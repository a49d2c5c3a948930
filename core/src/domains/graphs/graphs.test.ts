import { randomUUIDv7 } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestRuntime, type TestRuntime } from '../../testing/index.ts'
import type { Graph } from './index.ts'

let runtime: TestRuntime
let ownerId: string
let other: string
beforeAll(async () => {
  runtime = await createTestRuntime({ pluginRoots: [] })
  ownerId = runtime.ownerId
  other = (await runtime.users.create('Other')).id
})
afterAll(() => runtime.close())

const EMPTY = { nodes: [] }
const create = (user = ownerId): Promise<Graph> =>
  runtime.graphs.create(user, { name: 'Old', description: 'Before', labels: ['a'], document: EMPTY })

const exportOf = async ({ id, ownerId: owner }: Graph): Promise<ExportedFile> =>
  (await runtime.interchange.export(owner, id, {})).document as ExportedFile
const importOf = async (file: object, format?: 'ASHLAR'): Promise<Graph> => {
  const { graphs } = await runtime.interchange.import(ownerId, { format, document: JSON.parse(JSON.stringify(file)) as unknown })
  return graphs[0]?.graph as Graph
}

interface ExportedFile {
  document: { pairing: string }
}

describe('an update', () => {
  it('changes the given fields and the time of the update only', async () => {
    const graph = await create()
    const renamed = await runtime.graphs.update(ownerId, graph.id, { name: 'New' })
    expect(renamed).toMatchObject({ name: 'New', description: 'Before', labels: ['a'], createdAt: graph.createdAt })
    expect(renamed.updatedAt.getTime()).toBeGreaterThanOrEqual(graph.updatedAt.getTime())
    await runtime.graphs.update(ownerId, graph.id, { description: '', labels: [' b c ', 'a,"{}\\'] })
    const found = await runtime.graphs.get(ownerId, graph.id)
    expect(found).toMatchObject({
      name: 'New',
      description: '',
      labels: ['b c', 'a,"{}\\'],
      activeVersionId: graph.activeVersionId,
    })
    expect((await runtime.graphs.update(ownerId, graph.id, { labels: [] })).labels).toEqual([])
  })

  it.each([
    [{ name: ' ' }, ['name']],
    [{ name: 'x'.repeat(201) }, ['name']],
    [{ description: 'a\0' }, ['description']],
    [{ labels: Array.from({ length: 21 }, (_, i) => `${i}`) }, ['labels']],
    [{ labels: ['ok', ' '] }, ['labels', 1]],
    [{ labels: ['x'.repeat(51)] }, ['labels', 0]],
    [{ labels: ['a', 'b', ' a'] }, ['labels', 2]],
    [{ labels: ['\ud800'] }, ['labels', 0]],
  ])('rejects %j', async (changes, path) => {
    const graph = await create()
    const rejection = { code: 'BAD_INPUT', details: { path } }
    await expect(runtime.graphs.update(ownerId, graph.id, changes)).rejects.toMatchObject(rejection)
    await expect(runtime.graphs.create(ownerId, { name: 'x', document: EMPTY, ...changes })).rejects.toMatchObject(rejection)
    expect(await runtime.graphs.get(ownerId, graph.id)).toMatchObject({ name: 'Old', description: 'Before', labels: ['a'] })
  })

  it('does not find the graph of another user', async () => {
    const { id } = await create(other)
    for (const graphId of [id, randomUUIDv7(), 'x'])
      await expect(runtime.graphs.update(ownerId, graphId, { name: 'Mine' })).rejects.toMatchObject({
        code: 'NOT_FOUND',
        details: { path: ['graphId'] },
      })
    expect((await runtime.graphs.get(other, id)).name).toBe('Old')
  })
})

describe('a new version', () => {
  it.each(['FIFO', 'TAGGED'] as const)('keeps the pairing %s unless the document names another', async (pairing) => {
    const graph = await runtime.graphs.create(ownerId, { name: 'x', document: { nodes: [], pairing } })
    const kept = await runtime.graphs.saveVersion(ownerId, graph.id, 1, { nodes: [], budget: 5 })
    expect(kept.document).toEqual({ nodes: [], links: [], onUnhandledError: 'FAIL', concurrency: 16, pairing, budget: 5 })
    const other = pairing === 'FIFO' ? 'TAGGED' : 'FIFO'
    const changed = await runtime.graphs.saveVersion(ownerId, graph.id, 2, { nodes: [], pairing: other })
    expect(changed.document.pairing).toBe(other)
    expect((await runtime.graphs.getVersion(ownerId, graph.id, 1)).document.pairing).toBe(pairing)
  })

  it('with a wrong number has a conflict', async () => {
    const graph = await create()
    for (const number of [0, 2, -1])
      await expect(runtime.graphs.saveVersion(ownerId, graph.id, number, EMPTY)).rejects.toMatchObject({
        code: 'VERSION_CONFLICT',
      })
  })
})

describe.each(['FIFO', 'TAGGED'] as const)('the pairing %s', (pairing) => {
  const create = () => runtime.graphs.create(ownerId, { name: 'x', document: { nodes: [], pairing } })
  const pairingOf = async (graph: Graph) => (await runtime.graphs.getVersion(ownerId, graph.id, 1)).document.pairing

  it('is kept by a copy of the graph', async () => {
    expect(await pairingOf(await runtime.graphs.fork(ownerId, (await create()).id))).toBe(pairing)
  })

  it('is kept by an exported and imported graph', async () => {
    const file = await exportOf(await create())
    expect(file.document.pairing).toBe(pairing)
    expect(await pairingOf(await importOf(file))).toBe(pairing)
  })
})

describe('a deletion', () => {
  it('deletes each graph once and returns them in order', async () => {
    const [a, b] = [await create(), await create()]
    const deleted = await runtime.graphs.delete(ownerId, [b.id, a.id, b.id])
    expect(deleted.map(({ id }) => id)).toEqual([b.id, a.id])
    expect(await runtime.graphs.find(ownerId, [a.id, b.id])).toEqual(new Map())
  })

  it('deletes nothing if one graph is unknown, deleted or of another user', async () => {
    const [own, foreign, gone] = [await create(), await create(other), await create()]
    await runtime.graphs.delete(ownerId, [gone.id])
    for (const id of [foreign.id, gone.id, randomUUIDv7(), 'x']) {
      const rejection = { code: 'NOT_FOUND', details: { path: ['graphIds', 1] } }
      await expect(runtime.graphs.delete(ownerId, [own.id, id, id])).rejects.toMatchObject(rejection)
    }
    expect((await runtime.graphs.find(ownerId, [own.id])).size).toBe(1)
    expect((await runtime.graphs.find(other, [foreign.id])).size).toBe(1)
  })

  it('accepts at most 100 ids', async () => {
    const graph = await create()
    const rejection = { code: 'BAD_INPUT', details: { path: ['graphIds'] } }
    await expect(runtime.graphs.delete(ownerId, Array<string>(101).fill(graph.id))).rejects.toMatchObject(rejection)
    expect(await runtime.graphs.delete(ownerId, Array<string>(100).fill(graph.id))).toHaveLength(1)
    expect(await runtime.graphs.delete(ownerId, [])).toEqual([])
  })

  it('of the same graphs in another order at the same time does not deadlock', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, async () => (await create()).id))
    const results = await Promise.allSettled([ids, ids.toReversed()].map((each) => runtime.graphs.delete(ownerId, each)))
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'NOT_FOUND' } })
  })
})

describe('an exported graph', () => {
  it('has its labels, and is imported as an equal graph', async () => {
    const graph = await create()
    const file = await exportOf(graph)
    expect(file).toEqual({
      name: 'Old',
      description: 'Before',
      labels: ['a'],
      document: expect.objectContaining(EMPTY) as object,
    })
    const imported = await importOf(file)
    expect(await exportOf(imported)).toEqual(file)
    expect((await runtime.graphs.fork(ownerId, graph.id)).labels).toEqual(['a'])
  })

  it.each([
    [
      { name: 'x', labels: 'a', document: EMPTY },
      { path: ['document'], faults: [{ path: 'labels' }] },
    ],
    [{ name: 'x', labels: [''], document: EMPTY }, { path: ['document', 'labels', 0] }],
    [{ name: '', document: EMPTY }, { path: ['document', 'name'] }],
    [
      { name: 'x', document: { nodes: 1 } },
      { path: ['document'], faults: [{ path: 'document.document.nodes' }] },
    ],
  ])('is rejected with the place of the fault: %j', async (file, details) => {
    await expect(importOf(file, 'ASHLAR')).rejects.toMatchObject({ code: 'BAD_INPUT', details })
  })
})

describe('versions', () => {
  it('of any graphs of the owner are compared', async () => {
    const [a, b] = [await create(), await create(other)]
    const next = await runtime.graphs.saveVersion(ownerId, a.id, 1, { nodes: [], budget: 5 })
    const { settings } = await runtime.graphs.diffVersions(ownerId, a.activeVersionId, next.id)
    expect(settings).toEqual([{ setting: 'budget', before: 10_000, after: 5 }])
    const diff = (...ids: [string, string]) => runtime.graphs.diffVersions(ownerId, ...ids)
    await expect(diff(b.activeVersionId, next.id)).rejects.toMatchObject({ code: 'NOT_FOUND', details: { path: ['a'] } })
    await expect(diff(next.id, 'x')).rejects.toMatchObject({ code: 'NOT_FOUND', details: { path: ['b'] } })
  })

  it('are found by their number', async () => {
    const { id } = await create()
    expect(await runtime.graphs.getVersion(ownerId, id, 1)).toMatchObject({ graphId: id, number: 1 })
    for (const number of [2, 0, -1, 1.5, 2 ** 40])
      await expect(runtime.graphs.getVersion(ownerId, id, number)).rejects.toMatchObject({
        code: 'NOT_FOUND',
        details: { path: ['version'] },
      })
    for (const [user, graphId] of [
      [other, id],
      [ownerId, randomUUIDv7()],
      [ownerId, 'x'],
    ] as const)
      await expect(runtime.graphs.getVersion(user, graphId, 1)).rejects.toMatchObject({ details: { path: ['graphId'] } })
  })
})
