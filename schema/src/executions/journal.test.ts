import { insertEvents, createTestFiles, createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { graphql, type ExecutionResult } from 'graphql'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { encodeGlobalId } from '../base/global-ids.ts'
import { buildContext, buildSchema } from '../index.ts'

const schema = buildSchema()
const filesDir = join(tmpdir(), `ashlar-schema-files-${randomUUID()}`)
let runtime: TestRuntime
let graphId: string
beforeAll(async () => {
  runtime = await createTestRuntime({ standby: true, filesDir })
  const document = {
    nodes: [
      { id: 'in', block: 'io/input', inputs: { name: 'name' } },
      { id: 'greet', block: 'text/template', inputs: { format: 'Hello {{ name }}!' } },
    ],
    links: [{ from: 'in.result', to: 'greet.values_#_name' }],
  }
  graphId = (await runtime.graphs.create(runtime.ownerId, { name: 'Hello', document })).id
})
afterAll(async () => {
  await runtime.close()
  await rm(filesDir, { recursive: true, force: true })
})

async function createExecution(name: string): Promise<string> {
  const { id } = await runtime.executions.start(runtime.ownerId, { graphId, inputs: { name } })
  await insertEvents(runtime, id, [
    { type: 'ExecutionStarted', inputs: { name } },
    { type: 'NodeStarted', node: 'in', n: 1, attempt: 1 },
    { type: 'NodeOutput', node: 'in', n: 1, pin: 'result', value: name },
    { type: 'NodeFinished', node: 'in', n: 1, attempt: 1 },
    { type: 'NodeStarted', node: 'greet', n: 1, attempt: 1 },
    { type: 'NodeOutput', node: 'greet', n: 1, pin: 'output', value: `Hello ${name}!` },
    { type: 'NodeFinished', node: 'greet', n: 1, attempt: 1 },
    { type: 'ExecutionFinished', status: 'COMPLETED', outputs: {}, failedNodes: [] },
  ])
  return id
}

const toId = (id: string): string => encodeGlobalId('Execution', id)

async function query(source: string, variableValues: Record<string, unknown> = {}): Promise<ExecutionResult> {
  const user = (await runtime.users.find([runtime.ownerId])).get(runtime.ownerId)
  if (!user) throw new Error('no such user')
  return graphql({
    schema,
    source,
    variableValues,
    contextValue: buildContext({ runtime, caller: await runtime.callers.ofUser(user) }),
  })
}

it('pages events, whose ids are cursors', async () => {
  const id = await createExecution('Ada')
  const source = `query ($id: ID!, $after: String) { execution(id: $id) { events(first: 2, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } edges { cursor node { id seq __typename execution { id } } } } } }`
  const { data } = await query(source, { id: toId(id), after: encodeGlobalId('ExecutionEvent', `${id}:2`) })
  expect(data).toMatchObject({
    execution: {
      events: {
        totalCount: 8,
        pageInfo: { hasNextPage: true, endCursor: encodeGlobalId('ExecutionEvent', `${id}:4`) },
        edges: [{ node: { seq: 3, __typename: 'NodeOutput', execution: { id: toId(id) } } }, { node: { seq: 4 } }],
      },
    },
  })
  const other = await query(source, { id: toId(id), after: encodeGlobalId('ExecutionEvent', `${await createExecution('B')}:2`) })
  expect(other).toMatchObject({ data: { execution: { events: null } }, errors: [{ path: ['execution', 'events'] }] })
})

it('filters events by type and node, newest first', async () => {
  const source = `query ($id: ID!) { execution(id: $id) { events(filter: { types: [NODE_OUTPUT, NODE_FINISHED], nodeId: "greet" }, orderBy: { field: SEQ, direction: DESC }) {
    totalCount edges { node { seq ... on NodeEvent { nodeExecution { id status outputs { pin value } } } } } } } }`
  const id = await createExecution('Ada')
  const nodeExecution = {
    id: encodeGlobalId('NodeExecution', `${id}:greet:1`),
    status: 'COMPLETED',
    outputs: [{ pin: 'output', value: 'Hello Ada!' }],
  }
  expect((await query(source, { id: toId(id) })).data).toEqual({
    execution: { events: { totalCount: 2, edges: [{ node: { seq: 7, nodeExecution } }, { node: { seq: 6, nodeExecution } }] } },
  })
})

it('returns node executions in a list, by nodeExecution and by node', async () => {
  const id = await createExecution('Ada')
  const own = encodeGlobalId('NodeExecution', `${id}:greet:1`)
  const source = `query ($id: ID!, $own: ID!) {
    execution(id: $id) { nodeExecutions(filter: { nodeId: "greet", statuses: [COMPLETED] }) { totalCount edges { node { ...run } } } }
    nodeExecution(id: $own) { ...run } node(id: $own) { ...run } }
    fragment run on NodeExecution { id nodeId number inputs execution { id } }`
  const run = {
    id: own,
    nodeId: 'greet',
    number: 1,
    inputs: { format: 'Hello {{ name }}!', values: { name: 'Ada' } },
    execution: { id: toId(id) },
  }
  expect(await query(source, { id: toId(id), own })).toEqual({
    data: { execution: { nodeExecutions: { totalCount: 1, edges: [{ node: run }] } }, nodeExecution: run, node: run },
  })
})

it.each(['x', ':1', 'x:1', `${randomUUID()}:greet:1`, `${randomUUID()}:greet:0`, `${randomUUID()}:greet:99999999999`])(
  'returns null for the unknown node execution %j',
  async (id) => {
    const own = encodeGlobalId('NodeExecution', id)
    expect((await query(`query ($own: ID!) { nodeExecution(id: $own) { id } node(id: $own) { id } }`, { own })).data).toEqual({
      nodeExecution: null,
      node: null,
    })
  },
)

it('reads the lists of several executions with as many statements as those of one', async () => {
  const ids = await Promise.all(['a', 'b', 'c', 'd'].map(createExecution))
  const source = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Execution {
    events(first: 3) { totalCount edges { node { ... on NodeEvent { nodeExecution { status } } } } }
    nodeExecutions { totalCount edges { node { outputs { value } execution { status } } } } files { totalCount edges { node { path } } } } } }`
  const count = async (own: readonly string[]): Promise<number> => {
    const spy = vi.spyOn(runtime.database.pool, 'query')
    expect((await query(source, { ids: own.map(toId) })).errors).toBeUndefined()
    const { length } = spy.mock.calls
    spy.mockRestore()
    return length
  }
  await count(ids)
  expect(await count(ids)).toBe(await count(ids.slice(0, 1)))
})

it('lists files with links to download them', async () => {
  const id = await createExecution('Ada')
  const files = createTestFiles({ dir: filesDir })
  const run = files.run({ executionId: id })
  await run.write('a/b.txt', 'text')
  await run.write('c.json', '{}')
  run.end()
  await files.close()
  const source = `query ($id: ID!) { execution(id: $id) { files(filter: { pathPrefix: "a/" }, orderBy: { field: SIZE, direction: DESC }) {
    totalCount edges { node { path size mediaType download { url expiresAt } } } } } }`
  expect((await query(source, { id: toId(id) })).data).toMatchObject({
    execution: {
      files: {
        totalCount: 1,
        edges: [
          {
            node: {
              path: 'a/b.txt',
              size: 4,
              mediaType: 'text/plain; charset=utf-8',
              download: { url: expect.stringMatching(/^\/files\/[\w-]+\.[\w-]+$/) as unknown },
            },
          },
        ],
      },
    },
  })
})

it('compares two executions', async () => {
  const [a, b] = [await createExecution('Ada'), await createExecution('Bob')]
  const source = `query ($a: ID!, $b: ID!) { diffExecutions(a: $a, b: $b) {
    statusA statusB hasMore outputs { name } nodes { nodeId number statusA statusB inputs { name a b } outputs { name a b isTruncated } } } }`
  const { data } = await query(source, { a: toId(a), b: toId(b) })
  expect(data).toMatchObject({
    diffExecutions: {
      hasMore: false,
      nodes: [
        { nodeId: 'in', number: 1 },
        {
          nodeId: 'greet',
          inputs: [{ name: 'values', a: { name: 'Ada' }, b: { name: 'Bob' } }],
          outputs: [{ name: 'output', a: ['Hello Ada!'], b: ['Hello Bob!'], isTruncated: false }],
        },
      ],
    },
  })
  expect(await query(source, { a: toId(a), b: toId(randomUUID()) })).toMatchObject({
    data: { diffExecutions: null },
    errors: [{}],
  })
})
