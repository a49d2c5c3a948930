import { createTestRuntime, recordStatements, type TestRuntime } from '@ashlar/core/testing'
import { execute, parse, subscribe, validate, type ExecutionResult } from 'graphql'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { buildSchema, buildContext } from '../index.ts'

const schema = buildSchema()
let runtime: TestRuntime
let failing: string
let sleeping: string
beforeAll(async () => {
  runtime = await createTestRuntime()
  failing = await createGraph('Fails', { nodes: [{ id: 'get', block: 'list/get', inputs: { list: ['a'], index: 5 } }] }, [
    'night',
  ])
  sleeping = await createGraph('Sleeps', { nodes: [{ id: 'wait', block: 'time/countdown', inputs: { seconds: 60 } }] })
  for (let i = 0; i < 5; i++) await start(failing)
  for (let i = 0; i < 3; i++) await start(sleeping)
  const areSettled = async () => (await count({ statuses: ['FAILED'] })) === 5 && (await count({ statuses: ['WAITING'] })) === 3
  await vi.waitUntil(areSettled, { timeout: 20_000 })
})
afterAll(() => runtime.close())
type Json = Record<string, any> // oxlint-disable-line no-explicit-any -- results are compared as JSON

async function getContext() {
  const user = (await runtime.users.find([runtime.ownerId])).get(runtime.ownerId)
  if (!user) throw new Error('no such user')
  return buildContext({ runtime, caller: await runtime.callers.ofUser(user) })
}

async function run(source: string, variableValues: Json = {}): Promise<Json> {
  const document = parse(source)
  expect(validate(schema, document)).toEqual([])
  const result = (await execute({ schema, document, variableValues, contextValue: await getContext() })) as ExecutionResult
  expect(result.errors).toBeUndefined()
  return result.data as Json
}

async function createGraph(name: string, document: object, labels: string[] = []): Promise<string> {
  const source = 'mutation ($input: CreateGraphInput!) { createGraph(input: $input) { graph { id } errors { message } } }'
  return (await run(source, { input: { name, document, labels } })).createGraph.graph.id
}

const START = `mutation ($input: StartExecutionInput!) { startExecution(input: $input) {
  execution { id inputs outputs } executionEdge { cursor } errors { code path } } }`
const start = async (graphId: string): Promise<string> => (await run(START, { input: { graphId } })).startExecution.execution.id

const LIST = `query ($first: Int, $after: String, $filter: ExecutionFilter, $orderBy: ExecutionOrder) {
  executions(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    totalCount pageInfo { hasNextPage endCursor } edges { cursor node { id status } } } }`
const count = async (filter: Json): Promise<number> => (await run(LIST, { filter, first: 0 })).executions.totalCount

async function walk(variables: Json): Promise<string[]> {
  const ids: string[] = []
  for (let after: string | null = null, more = true; more;) {
    const { edges, pageInfo }: Json = (await run(LIST, { ...variables, first: 3, after })).executions
    ids.push(...edges.map(({ node }: Json) => node.id as string))
    after = pageInfo.endCursor
    more = pageInfo.hasNextPage
  }
  return ids
}

describe('executions', () => {
  it.each(['CREATED_AT', 'FINISHED_AT'])('are walked page by page in both directions, by %s', async (field) => {
    const newestFirst = await walk({ orderBy: { field, direction: 'DESC' } })
    expect(new Set(newestFirst).size).toBe(8)
    expect(await walk({ orderBy: { field, direction: 'ASC' } })).toEqual(newestFirst.toReversed())
  })

  it('are filtered by each field', async () => {
    const future = '2999-01-01T00:00:00.000Z'
    expect(await count({ graphIds: [failing] })).toBe(5)
    expect(await count({ graphIds: [] })).toBe(0)
    expect(await count({ statuses: ['WAITING', 'FAILED'] })).toBe(8)
    expect(await count({ createdAt: { from: future } })).toBe(0)
    expect(await count({ finishedAt: { to: future } })).toBe(5)
    expect(await count({ label: 'night' })).toBe(5)
    expect(await count({ errorText: 'NODE "GET"' })).toBe(5)
    expect(await count({ rootsOnly: true })).toBe(8)
    expect(await count({ parentId: (await walk({}))[0] })).toBe(0)
    expect(await count({ graphIds: [sleeping], label: 'night' })).toBe(0)
  })

  it('reject a graph id of another type, with its place', async () => {
    const [execution] = await walk({})
    const document = parse(LIST)
    const variableValues = { filter: { graphIds: [failing, execution] } }
    const result = (await execute({ schema, document, variableValues, contextValue: await getContext() })) as ExecutionResult
    expect(result.errors?.[0]?.cause).toMatchObject({ code: 'BAD_INPUT', details: { path: ['filter', 'graphIds', 1] } })
    expect(result.data).toEqual({ executions: null })
  })

  it('that are started with a key are started once', async () => {
    const input = { graphId: failing, idempotencyKey: 'k' }
    const [first, second] = await Promise.all([run(START, { input }), run(START, { input })])
    expect(first.startExecution).toEqual(second.startExecution)
    expect(first.startExecution).toMatchObject({ execution: { inputs: {}, outputs: {} }, errors: [] })
    const conflict = (await run(START, { input: { ...input, priority: 5 } })).startExecution
    expect(conflict).toMatchObject({ execution: null, errors: [{ code: 'CONFLICT', path: ['input', 'idempotencyKey'] }] })
    await expect.poll(() => count({ statuses: ['FAILED'] }), { timeout: 20_000 }).toBe(6)
    const [{ cursor }] = (await run(LIST, { first: 1 })).executions.edges
    expect(first.startExecution.executionEdge.cursor).toBe(cursor)
    expect((await run(LIST, { after: cursor })).executions.edges).toHaveLength(8)
  })

  it('are read with a constant number of statements at each level', async () => {
    const source = `query ($first: Int) { graphs(first: $first) { edges { node { executions(first: $first) { totalCount edges { node {
      inputs outputs version { number } graph { name } parent { id status } origin { id version { number } } } } } } } } }`
    const one = await countStatements(() => run(source, { first: 1 }))
    expect(await countStatements(() => run(source, { first: 10 }))).toBe(one)
  })

  it('do not read inputs and outputs that are not selected', async () => {
    const statements = await recordStatements(() => run(LIST, {}))
    const texts = statements.filter((text) => text.includes('from execution t'))
    expect(texts.length).toBeGreaterThan(0)
    expect(texts.filter((text) => /\b(inputs|outputs|t\.\*)/.test(text))).toEqual([])
  })
})

const BULK = (name: string, type: string): string => `mutation ($input: ${type}!) { ${name}(input: $input) {
  matchedCount executions { id status origin { id } } executionEdges { node { id } } failures { executionId code message }
  errors { code path } } }`

describe('many executions', () => {
  it('are not changed by a dry run', async () => {
    const input = { filter: { graphIds: [failing] }, dryRun: true, limit: 2 }
    const { retryExecutions } = await run(BULK('retryExecutions', 'RetryExecutionsInput'), { input })
    expect(retryExecutions).toMatchObject({ matchedCount: 6, failures: [], errors: [] })
    expect(retryExecutions.executions).toHaveLength(2)
    const cancel = { filter: { statuses: ['WAITING'] }, dryRun: true }
    const { cancelExecutions } = await run(BULK('cancelExecutions', 'CancelExecutionsInput'), { input: cancel })
    expect(cancelExecutions).toMatchObject({ matchedCount: 3, executions: [{ status: 'WAITING' }, {}, {}], errors: [] })
    expect([await count({}), await count({ statuses: ['WAITING'] })]).toEqual([9, 3])
  })

  it('are retried and cancelled', async () => {
    const retry = { filter: { label: 'night' }, limit: 4 }
    const { retryExecutions } = await run(BULK('retryExecutions', 'RetryExecutionsInput'), { input: retry })
    expect(retryExecutions).toMatchObject({ matchedCount: 6, failures: [], errors: [] })
    expect(new Set(retryExecutions.executions.map(({ origin }: Json) => origin.id)).size).toBe(4)
    const input = { filter: { graphIds: [sleeping] } }
    const { cancelExecutions } = await run(BULK('cancelExecutions', 'CancelExecutionsInput'), { input })
    expect(cancelExecutions.executions.map(({ status }: Json) => status)).toEqual(['CANCELLED', 'CANCELLED', 'CANCELLED'])
  })

  it('need a filter and a limit up to 1000', async () => {
    const source = BULK('cancelExecutions', 'CancelExecutionsInput')
    for (const [input, path] of [
      [{ filter: {} }, ['input', 'filter']],
      [{ filter: { createdAt: {}, finishedAt: { to: null }, errorText: '' } }, ['input', 'filter']],
      [{ filter: { rootsOnly: true }, limit: 1001 }, ['input', 'limit']],
    ])
      expect((await run(source, { input })).cancelExecutions).toMatchObject({
        executions: null,
        errors: [{ code: 'BAD_INPUT', path }],
      })
  })
})

async function follow(variableValues: Json): Promise<AsyncGenerator<ExecutionResult>> {
  const document = parse(`subscription ($filter: ExecutionFilter, $after: ID) {
    executionsChanged(filter: $filter, after: $after) { id at change execution { id status } } }`)
  expect(validate(schema, document)).toEqual([])
  const stream = await subscribe({ schema, document, variableValues, contextValue: await getContext() })
  if (!(Symbol.asyncIterator in stream)) throw stream.errors?.[0] ?? new Error('no stream')
  return stream as AsyncGenerator<ExecutionResult>
}

async function readUntil(stream: AsyncGenerator<ExecutionResult>, id: string, status: string): Promise<Json[]> {
  const read: Json[] = []
  for (;;) {
    const change = ((await stream.next()).value as ExecutionResult).data?.executionsChanged as Json
    read.push(change)
    if (change.execution.id === id && change.execution.status === status) return read
  }
}

describe('executionsChanged', () => {
  it('sends new executions of the filter and resumes after the last change', async () => {
    const stream = await follow({ filter: { graphIds: [failing] } })
    const id = await start(failing)
    const read = await readUntil(stream, id, 'FAILED')
    expect(read.find(({ execution }) => execution.id === id)).toMatchObject({ change: 'CREATED' })
    await stream.return(undefined)
    const missed = await start(failing)
    await expect.poll(() => count({ statuses: ['QUEUED', 'RUNNING'] }), { timeout: 20_000 }).toBe(0)
    const resumed = await follow({ after: read.at(-1)?.id })
    await readUntil(resumed, missed, 'FAILED')
    await resumed.return(undefined)
  })

  it('releases a subscriber that leaves while nothing changes', async () => {
    const stream = await follow({})
    const waiting = stream.next()
    expect(await stream.return(undefined)).toMatchObject({ done: true })
    expect(await waiting).toMatchObject({ done: true })
  })

  it('rejects an id that is not one of its changes', async () => {
    await expect(follow({ after: failing })).rejects.toMatchObject({ cause: { code: 'BAD_INPUT' } })
  })
})

async function countStatements(work: () => Promise<unknown>): Promise<number> {
  const { length } = await recordStatements(work)
  expect(length).toBeGreaterThan(3)
  return length
}
