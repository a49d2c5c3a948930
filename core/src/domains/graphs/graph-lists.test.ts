import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Direction, Page, PageRequest } from '../../base/index.ts'
import { createTestRuntime, type TestRuntime } from '../../testing/index.ts'
import type { GraphFilter, GraphOrderField, VersionOrderField } from './index.ts'

let runtime: TestRuntime
let ownerId: string
let other: string
/** The ids of the graphs, by name. */
const ids = new Map<string, string>()

const NAMES = ['Zebra', 'apple', 'Émile', 'émile 2', 'Zebra', '50% off', '500 offers', 'Zebra']

beforeAll(async () => {
  runtime = await createTestRuntime({ pluginRoots: [] })
  ownerId = runtime.ownerId
  other = (await runtime.users.create('Other')).id
  for (const [i, name] of NAMES.entries()) {
    const labels = [...(i % 2 ? ['odd'] : []), ...(i % 3 ? [] : ['third'])]
    const description = i === 1 ? 'An ÉCOLE of fruit' : ''
    const { id } = await runtime.graphs.create(ownerId, { name, description, labels, document: { nodes: [] } })
    ids.set(`${name} ${i}`, id)
  }
  await runtime.graphs.create(other, { name: 'Zebra', labels: ['odd'], document: { nodes: [] } })
  await runtime.graphs.update(ownerId, [...ids.values()][0] ?? '', { description: 'changed' })
})
afterAll(() => runtime.close())

async function list(filter: GraphFilter, request: Partial<PageRequest<GraphFilter, GraphOrderField>> = {}) {
  const pages = await runtime.graphs.list([ownerId], {
    first: 100,
    orderBy: { field: 'CREATED_AT', direction: 'ASC' },
    countTotal: true,
    ...request,
    filter,
  })
  return pages.get(ownerId) ?? { items: [], hasMore: false, total: 0 }
}
const namesOf = async (filter: GraphFilter) => (await list(filter)).items.map(({ item }) => item.name)

/** Reads all pages of a list. */
async function walk<T>(read: (after: PageRequest['after']) => Promise<Page<T> | undefined>): Promise<T[]> {
  const all: T[] = []
  for (let after: PageRequest['after'], more = true; more;) {
    const page = await read(after)
    all.push(...(page?.items.map(({ item }) => item) ?? []))
    after = page?.items.at(-1)?.position
    more = page?.hasMore ?? false
  }
  return all
}

describe('graphs', () => {
  it.each(['CREATED_AT', 'UPDATED_AT', 'NAME'] as const)('are listed once each over all pages by %s', async (field) => {
    for (const direction of ['ASC', 'DESC'] as const) {
      const found = await walk((after) => list({}, { first: 3, after, orderBy: { field, direction } }))
      const keys = { CREATED_AT: 'createdAt', UPDATED_AT: 'updatedAt', NAME: 'name' } as const
      const sorted = found.map((graph) => graph[keys[field]])
      expect(found.map(({ id }) => id).toSorted()).toEqual([...ids.values()].toSorted())
      const expected = sorted.toSorted((a, b) => (a < b ? -1 : Number(a > b)))
      expect(sorted).toEqual(direction === 'ASC' ? expected : expected.toReversed())
    }
  })

  it('are entities', async () => {
    const { items, total } = await list({ text: 'école' })
    expect(total).toBe(1)
    const found = await runtime.graphs.get(ownerId, ids.get('apple 1') ?? '')
    expect(items.map(({ item }) => item)).toEqual([found])
    expect(found).toMatchObject({ labels: ['odd'], createdAt: expect.any(Date) as Date, deletedAt: null })
  })

  it.each([
    ['text in the name in any case', { text: 'éMILE' }, ['Émile', 'émile 2']],
    ['text in the description in any case', { text: 'école' }, ['apple']],
    ['text with characters of patterns', { text: '0% o' }, ['50% off']],
    ['text that no graph contains', { text: 'x_' }, []],
    ['a label', { labels: ['odd'] }, ['apple', 'émile 2', '50% off', 'Zebra']],
    ['all labels', { labels: ['third', 'odd'] }, ['émile 2']],
    ['no labels', { labels: [], text: 'app' }, ['apple']],
  ])('are found by %s', async (_name, filter: GraphFilter, expected) => {
    expect(await namesOf(filter)).toEqual(expected)
    expect(await list(filter, { first: 0 })).toEqual({ items: [], hasMore: expected.length > 0, total: expected.length })
  })

  it('are found by the times of their creation and update, the end excluded', async () => {
    const { items } = await list({})
    const [first, second, third] = items.map(({ item }) => item)
    if (!first || !second || !third) throw new Error('too few graphs')
    const between = await list({ createdAt: { from: second.createdAt, to: third.createdAt } })
    const created = items.map(({ item }) => item.createdAt).filter((at) => at >= second.createdAt && at < third.createdAt)
    expect(between.items.map(({ item }) => item.createdAt)).toEqual(created)
    expect(await namesOf({ updatedAt: { from: first.updatedAt } })).toEqual(['Zebra'])
    expect(await namesOf({ updatedAt: { to: first.updatedAt } })).toHaveLength(7)
  })
})

describe('versions', () => {
  const DOCUMENT = `{"nodes":[],"links":[],"onUnhandledError":"FAIL","concurrency":16,"pairing":"TAGGED","budget":10000}`
  let graphIds: string[]
  beforeAll(async () => {
    graphIds = [...ids.values()].slice(0, 3)
    for (const [i, id] of graphIds.entries())
      for (let number = 1; number <= i * 3; number++) await runtime.graphs.saveVersion(ownerId, id, number, { nodes: [] })
  })

  const listVersions = (
    user: string,
    parents: string[],
    field: VersionOrderField,
    direction: Direction,
    after?: PageRequest['after'],
  ) => runtime.graphs.versionsOf(user, parents, { first: 2, after, orderBy: { field, direction }, filter: {}, countTotal: true })

  it.each(['NUMBER', 'CREATED_AT'] as const)('are listed once each over all pages by %s', async (field) => {
    for (const [i, id] of graphIds.entries()) {
      const expected = Array.from({ length: i * 3 + 1 }, (_, n) => n + 1)
      const ascending = await walk(async (after) => (await listVersions(ownerId, [id], field, 'ASC', after)).get(id))
      expect(ascending.map(({ number }) => number)).toEqual(expected)
      const descending = await walk(async (after) => (await listVersions(ownerId, [id], field, 'DESC', after)).get(id))
      expect(descending.map(({ number }) => number)).toEqual(expected.toReversed())
    }
  })

  it('of many graphs are listed together', async () => {
    const pages = await listVersions(ownerId, graphIds, 'NUMBER', 'DESC')
    expect(graphIds.map((id) => pages.get(id)?.items.map(({ item }) => item.number))).toEqual([[1], [4, 3], [7, 6]])
    expect(graphIds.map((id) => pages.get(id)?.total)).toEqual([1, 4, 7])
    expect(JSON.stringify(pages.get(graphIds[0] ?? '')?.items[0]?.item.document)).toBe(DOCUMENT)
  })

  it('of the graph of another user are not listed', async () => {
    const [id = ''] = graphIds
    expect((await listVersions(other, [id], 'NUMBER', 'ASC')).get(id)).toEqual({ items: [], hasMore: false, total: 0 })
  })

  it('are found by the time of their creation', async () => {
    const id = graphIds[2] ?? ''
    const find = async (createdAt: object) => {
      const orderBy = { field: 'NUMBER', direction: 'ASC' } as const
      const request = { first: 10, orderBy, filter: { createdAt }, countTotal: false }
      return (await runtime.graphs.versionsOf(ownerId, [id], request)).get(id)?.items.map(({ item }) => item)
    }
    const third = (await find({}))?.[2]
    expect((await find({ to: third?.createdAt }))?.every(({ number }) => number < 3)).toBe(true)
    expect((await find({ from: third?.createdAt }))?.at(-1)?.number).toBe(7)
  })

  it('keep the digits of numbers and the order of keys', async () => {
    const note = `{"text":{"b":9007199254740993,"2":1.50,"a":"x"}}`
    const runtimeWithBlocks = await createTestRuntime()
    try {
      const { parseJson } = await import('@ashlar/sdk/json')
      const document = { nodes: [{ id: 'n', block: 'io/input', inputs: { name: 'x', value: parseJson(note) } }] }
      const { id } = await runtimeWithBlocks.graphs.create(runtimeWithBlocks.ownerId, { name: 'Digits', document })
      const orderBy = { field: 'NUMBER', direction: 'ASC' } as const
      const pages = await runtimeWithBlocks.graphs.versionsOf(runtimeWithBlocks.ownerId, [id], {
        first: 1,
        orderBy,
        filter: {},
        countTotal: false,
      })
      const listed = pages.get(id)?.items[0]?.item
      const found = await runtimeWithBlocks.graphs.getVersion(runtimeWithBlocks.ownerId, id, 1)
      expect(listed?.document.nodes[0]?.inputs.value).toEqual({ text: { 2: 1.5, b: 9007199254740993n, a: 'x' } })
      expect(listed).toEqual(found)
      expect(listed?.createdAt).toBeInstanceOf(Date)
    } finally {
      await runtimeWithBlocks.close()
    }
  })
})
