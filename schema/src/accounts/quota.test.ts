import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { execute, parse } from 'graphql'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildContext, buildSchema } from '../index.ts'

const schema = buildSchema()
let runtime: TestRuntime
let bob: string
beforeAll(async () => {
  runtime = await createTestRuntime({ standby: true })
  bob = (await runtime.users.create('Bob')).id
  await runtime.quotas.setQuota(bob, { graphs: 1, concurrentExecutions: 0, storedBytes: 5 * 1024 ** 4 })
})
afterAll(() => runtime.close())

async function run(source: string, variableValues: Record<string, unknown> = {}): Promise<unknown> {
  const user = (await runtime.users.find([bob])).get(bob)
  if (!user) throw new Error('no such user')
  const contextValue = buildContext({ runtime, caller: await runtime.callers.ofUser(user) })
  return execute({ schema, document: parse(source), variableValues, contextValue })
}

const CREATE = `mutation { createGraph(input: { name: "G", document: { nodes: [{ id: "in", block: "io/input", inputs: { name: "x" } }] } }) {
  graph { id } errors { __typename code message } } }`

it('shows what an account has and may have, and refuses what exceeds it', async () => {
  const created = (await run(CREATE)) as { data: { createGraph: { graph: { id: string } } } }
  expect(await run(CREATE)).toMatchObject({
    data: {
      createGraph: {
        graph: null,
        errors: [
          {
            __typename: 'ConflictError',
            code: 'QUOTA_EXCEEDED',
            message: 'the account may have 1 graphs, and has 1. Delete graphs that are not needed.',
          },
        ],
      },
    },
  })
  const START = `mutation ($graphId: ID!) { startExecution(input: { graphId: $graphId, inputs: { x: 1 } }) { execution { id } errors { code } } }`
  expect(await run(START, { graphId: created.data.createGraph.graph.id })).toMatchObject({
    data: { startExecution: { execution: null, errors: [{ code: 'QUOTA_EXCEEDED' }] } },
  })
  expect(await run('{ viewer { accounts { edges { node { quota { name used limit } } } } } }')).toMatchObject({
    data: {
      viewer: {
        accounts: {
          edges: [
            {
              node: {
                quota: [
                  { name: 'CONCURRENT_EXECUTIONS', used: 0, limit: 0 },
                  { name: 'EXECUTIONS_PER_HOUR', used: 0, limit: 100_000 },
                  { name: 'SANDBOX_MEMORY_MB', used: null, limit: null },
                  { name: 'STORED_BYTES', used: 0, limit: 5 * 1024 ** 4 },
                  { name: 'GRAPHS', used: 1, limit: 1 },
                  { name: 'PUBLISHED_VERSIONS', used: 0, limit: 1000 },
                ],
              },
            },
          ],
        },
      },
    },
  })
})
