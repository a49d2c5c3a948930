import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AshlarError } from '../../base/index.ts'
import { createTestRuntime, type TestRuntime } from '../../testing/index.ts'
import type { ExecutionStatus } from '../../engine/index.ts'
import { isSelected, type ExecutionFilter } from './execution-filter.ts'
import type { ExecutionRequest } from './execution-lists.ts'

let runtime: TestRuntime
let stranger: string
let parent: string
const labels = new Map<string, string[]>()
const graphs: string[] = []
const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 1, 0, minute))

beforeAll(async () => {
  runtime = await createTestRuntime({ template: 'COLD', role: 'gateway' })
  stranger = await insertUser()
  for (const own of [['prod'], ['prod', 'rare'], []]) graphs.push(await insertGraph(runtime.ownerId, own))
  const [first, second, third] = graphs
  await insertExecution({ graph: first, minute: 1, status: 'COMPLETED', finished: 9 })
  await insertExecution({ graph: first, minute: 2, status: 'FAILED', finished: 4, reason: reason('TIMEOUT', 'took "10 s" %') })
  await insertExecution({ graph: second, minute: 3, status: 'RUNNING' })
  parent = await insertExecution({ graph: second, minute: 3, status: 'WAITING', reason: reason('TIMER', 'sleeps') })
  await insertExecution({
    graph: third,
    minute: 4,
    status: 'CANCELLED',
    finished: 4,
    reason: reason('CANCELLED', 'a\0b'),
    parent,
  })
  await insertExecution({ graph: null, minute: 5, status: 'QUEUED' })
  await insertExecution({ graph: third, minute: 6, status: 'COMPLETED', finished: 7, parent })
  await insertExecution({
    graph: await insertGraph(stranger, ['prod']),
    owner: stranger,
    minute: 1,
    status: 'FAILED',
    finished: 2,
  })
})
afterAll(() => runtime.close())

const reason = (code: string, message: string): object => ({ code, message, node: 'fetch' })

async function insertUser(): Promise<string> {
  return (await runtime.users.create('Stranger')).id
}

async function insertGraph(owner: string, own: string[]): Promise<string> {
  const [id, version] = [randomUUID(), randomUUID()]
  await runtime.database.transact(async (client) => {
    await client.query(
      `insert into graph_version (id, graph_id, owner_id, number, document, input_schema, output_schema, blocks, children, created_at)
       values ($1, $2, $3, 1, '{}', '{}', '{}', '{}', '{}', now())`,
      [version, id, owner],
    )
    await client.query(
      `insert into graph (id, owner_id, name, description, active_version_id, created_at, updated_at, labels)
       values ($1, $2, '', '', $3, now(), now(), $4)`,
      [id, owner, version, own],
    )
  })
  labels.set(id, own)
  return id
}

interface Sample {
  graph: string | null | undefined
  owner?: string
  minute: number
  status: ExecutionStatus
  finished?: number
  reason?: object
  parent?: string
}

async function insertExecution({ graph, owner = runtime.ownerId, minute, status, finished, ...more }: Sample): Promise<string> {
  const id = randomUUID()
  await runtime.database.pool.query(
    `insert into execution (id, owner_id, version_id, graph_id, status, inputs, outputs, failed_nodes, reason, parent_id, created_at, finished_at)
     values ($1, $2, (select active_version_id from graph where id = coalesce($3::uuid, $4)), $3, $5, '{"n": 12345678901234567890}', '{"b":[],"a":[]}',
       '[]', $6, $7, $8, $9)`,
    [id, owner, graph, graphs[0], status, more.reason ?? null, more.parent, at(minute), finished ? at(finished) : null],
  )
  return id
}

function toRequest(filter: ExecutionFilter, more: Partial<ExecutionRequest> = {}): ExecutionRequest {
  return { first: 100, filter, orderBy: { field: 'CREATED_AT', direction: 'ASC' }, countTotal: true, ...more }
}

async function list(filter: ExecutionFilter): Promise<number[]> {
  const { items, total } = await runtime.executions.list(runtime.ownerId, toRequest(filter))
  const all = (await runtime.executions.list(runtime.ownerId, toRequest({}))).items.map(({ item }) => item)
  const selected = all.filter((item) => isSelected(item, labels.get(item.graphId ?? '') ?? [], filter))
  expect(items.map(({ item }) => item)).toEqual(selected)
  expect(total).toBe(items.length)
  return items.map(({ item }) => item.createdAt.getUTCMinutes())
}

describe('the list of executions', () => {
  it.each<[string, () => ExecutionFilter, number[]]>([
    ['no condition', () => ({}), [1, 2, 3, 3, 4, 5, 6]],
    ['graphs', () => ({ graphIds: graphs.slice(0, 2) }), [1, 2, 3, 3]],
    ['no graph', () => ({ graphIds: [] }), []],
    ['one status', () => ({ statuses: ['FAILED'] }), [2]],
    ['unfinished', () => ({ statuses: ['QUEUED', 'RUNNING', 'WAITING'] }), [3, 3, 5]],
    ['waiting', () => ({ statuses: ['WAITING'] }), [3]],
    ['statuses of both kinds', () => ({ statuses: ['COMPLETED', 'CANCELLED'] }), [1, 4, 6]],
    ['created between', () => ({ createdAt: { from: at(2), to: at(4) } }), [2, 3, 3]],
    ['created before', () => ({ createdAt: { to: at(2) } }), [1]],
    ['finished between', () => ({ finishedAt: { from: at(4), to: at(9) } }), [2, 4, 6]],
    ['finished after', () => ({ finishedAt: { from: at(5) } }), [1, 6]],
    ['a label', () => ({ label: 'prod' }), [1, 2, 3, 3]],
    ['a label and a graph', () => ({ label: 'prod', graphIds: graphs.slice(1) }), [3, 3]],
    ['text of a code', () => ({ errorText: 'timeOUT' }), [2]],
    ['text of a message', () => ({ errorText: 'TOOK "10 s" %' }), [2]],
    ['a wildcard', () => ({ errorText: 't%k' }), []],
    ['the name of a field', () => ({ errorText: 'message' }), []],
    ['roots', () => ({ rootsOnly: true }), [1, 2, 3, 3, 5]],
    ['the parent', () => ({ parentId: parent }), [4, 6]],
    ['another parent', () => ({ parentId: randomUUID() }), []],
    ['several conditions', () => ({ rootsOnly: true, label: 'prod', statuses: ['COMPLETED', 'FAILED'], errorText: '10' }), [2]],
  ])('selects by %s, as the comparison in memory does', async (_name, filter, expected) => {
    expect(await list(filter())).toEqual(expected)
  })

  it.each(['CREATED_AT', 'FINISHED_AT'] as const)('returns each execution once over all pages, by %s', async (field) => {
    for (const filter of [{}, { graphIds: graphs }]) {
      const read = async (direction: 'ASC' | 'DESC'): Promise<string[]> => {
        const ids: string[] = []
        for (let after, more = true; more;) {
          const request = toRequest(filter, { first: 2, after, orderBy: { field, direction }, countTotal: false })
          const page = await runtime.executions.list(runtime.ownerId, request)
          ids.push(...page.items.map(({ item }) => item.id))
          after = page.items.at(-1)?.position
          more = page.hasMore
        }
        return ids
      }
      const ascending = await read('ASC')
      expect(new Set(ascending).size).toBe('graphIds' in filter ? 6 : 7)
      expect(await read('DESC')).toEqual(ascending.toReversed())
    }
  })

  it('has unfinished executions behind all others by FINISHED_AT', async () => {
    const orderBy = { field: 'FINISHED_AT', direction: 'ASC' } as const
    const { items } = await runtime.executions.list(runtime.ownerId, toRequest({}, { orderBy }))
    expect(items.map(({ item }) => item.finishedAt?.getUTCMinutes())).toEqual([4, 4, 7, 9, undefined, undefined, undefined])
  })

  it('reads the executions of many graphs with one statement, and none of another user', async () => {
    const theirs = [...labels.keys()].at(-1) ?? ''
    const pages = await runtime.executions.listOfGraphs(runtime.ownerId, [...graphs, theirs], toRequest({ rootsOnly: true }))
    expect([...graphs, theirs].map((id) => pages.get(id)?.total)).toEqual([2, 2, 0, 0])
  })
})

it('inputs and outputs keep digits and the order of keys', async () => {
  const { items } = await runtime.executions.list(runtime.ownerId, toRequest({}, { first: 1 }))
  const id = items[0]?.item.id ?? ''
  const read = async (field: 'inputs' | 'outputs', owner = runtime.ownerId): Promise<unknown> =>
    JSON.stringify((await runtime.executions.findValues(owner, field, [id])).get(id))
  expect(await read('inputs')).toBe('{"n":12345678901234567890}')
  expect(await read('outputs')).toBe('{"b":[],"a":[]}')
  expect(await read('outputs', stranger)).toBeUndefined()
})

it('reads inputs up to 16 MB together', async () => {
  await runtime.database.pool.query(
    `update execution set inputs = json_build_object('x', repeat('x', 6000000)) where id in (select id from execution where owner_id = $1 limit 3)`,
    [runtime.ownerId],
  )
  const { rows } = await runtime.database.pool.query<{ id: string }>('select id from execution where length(inputs::text) > 1000')
  const found = await runtime.executions.findValues(
    runtime.ownerId,
    'inputs',
    rows.map(({ id }) => id),
  )
  expect(rows.map(({ id }) => (found.get(id) instanceof AshlarError ? 'error' : 'value'))).toEqual(['value', 'value', 'error'])
})
