import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { execute, parse, type ExecutionResult } from 'graphql'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildContext, buildSchema } from '../../index.ts'

const MESSAGE =
  'the JSON values and lists of the answer have more than 16777216 bytes, the maximum of an answer. Request smaller pages or fewer values.'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
  const inputs = { format: 'x'.repeat(6_000_000), values: {} }
  const document = { nodes: [{ id: 'one', block: 'text/template', inputs }] }
  await runtime.graphs.create(runtime.ownerId, { name: 'large', document })
})
afterAll(() => runtime.close())

async function ask(query: string): Promise<ExecutionResult> {
  const user = { id: runtime.ownerId, name: 'owner', role: 'owner', createdAt: new Date(0) } as never
  return execute({
    schema: buildSchema(),
    document: parse(query),
    contextValue: buildContext({ runtime, caller: await runtime.callers.ofUser(user) }),
  })
}

it('nulls only the values that do not fit in the answer', async () => {
  const { data, errors } = await ask('{ graphs { edges { node { name a: export b: export c: export } } } }')
  const { edges } = (data as { graphs: { edges: { node: Record<string, unknown> }[] } }).graphs
  expect(Object.entries(edges[0]?.node ?? {}).map(([key, value]) => [key, value !== null])).toEqual([
    ['name', true],
    ['a', true],
    ['b', true],
    ['c', false],
  ])
  expect(errors).toMatchObject([{ message: MESSAGE, path: ['graphs', 'edges', 0, 'node', 'c'] }])
})

it('counts the text of an exported graph', async () => {
  const { rows } = await runtime.database.pool.query<{ id: string }>('select id from graph')
  const id = Buffer.from(`Graph:${rows[0]?.id}`).toString('base64url')
  const { data, errors } = await ask(`mutation { exportGraph(input: { graphId: "${id}" }) { a: text b: text c: text } }`)
  const { exportGraph } = data as { exportGraph: Record<string, unknown> }
  expect(['a', 'b', 'c'].map((key) => exportGraph[key] !== null)).toEqual([true, true, false])
  expect(errors).toMatchObject([{ message: MESSAGE, path: ['exportGraph', 'c'] }])
})

it('counts the values of each answer apart', async () => {
  const query = '{ graphs(first: 1) { edges { node { a: export b: export } } } }'
  expect([(await ask(query)).errors, (await ask(query)).errors]).toEqual([undefined, undefined])
})
