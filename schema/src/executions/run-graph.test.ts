import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { execute, parse, validate } from 'graphql'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildContext, buildSchema } from '../index.ts'

const schema = buildSchema()
const RUN = `mutation ($input: RunGraphInput!) { runGraph(input: $input) {
  execution { id status outputs } executionEdge { node { id } } errors { code path } } }`
let runtime: TestRuntime
let hello = ''
let waits = ''

beforeAll(async () => {
  runtime = await createTestRuntime()
  hello = await createGraph([
    { id: 'name', block: 'io/input', inputs: { name: 'name' } },
    { id: 'out', block: 'io/output', inputs: { name: 'greeting' } },
  ])
  waits = await createGraph([{ id: 'wait', block: 'time/countdown', inputs: { seconds: 600 } }])
})
afterAll(() => runtime.close())

async function createGraph(nodes: { id: string; block: string; inputs: object }[]): Promise<string> {
  const links = nodes.length > 1 ? [{ from: 'name.result', to: 'out.value' }] : []
  const { id } = await runtime.graphs.create(runtime.ownerId, { name: 'Test', document: { nodes, links } })
  return Buffer.from(`Graph:${id}`).toString('base64url')
}

async function run(input: object): Promise<unknown> {
  const user = (await runtime.users.find([runtime.ownerId])).get(runtime.ownerId)
  if (!user) throw new Error('no such user')
  const document = parse(RUN)
  expect(validate(schema, document)).toEqual([])
  const contextValue = buildContext({ runtime, caller: await runtime.callers.ofUser(user) })
  const { data, errors } = await execute({ schema, document, variableValues: { input }, contextValue })
  expect(errors).toBeUndefined()
  return JSON.parse(JSON.stringify(data?.runGraph)) as unknown
}

it('returns the outputs of an execution that finishes in time', async () => {
  expect(await run({ graphId: hello, inputs: { name: 'Ada' } })).toMatchObject({
    execution: { status: 'COMPLETED', outputs: { greeting: ['Ada'] } },
    errors: [],
  })
})

it.each([0, 0.2])('returns an execution that has not finished after %d seconds', async (waitSeconds) => {
  const payload = (await run({ graphId: waits, waitSeconds })) as { execution: { status: string } }
  expect(['QUEUED', 'RUNNING', 'WAITING']).toContain(payload.execution.status)
})

it.each([-1, 61])('rejects a wait of %d seconds and starts nothing', async (waitSeconds) => {
  const count = async (): Promise<unknown> => (await runtime.database.pool.query('select count(*) from execution')).rows
  const before = await count()
  expect(await run({ graphId: hello, waitSeconds })).toMatchObject({
    execution: null,
    executionEdge: null,
    errors: [{ code: 'BAD_INPUT', path: ['input', 'waitSeconds'] }],
  })
  expect(await count()).toEqual(before)
})
