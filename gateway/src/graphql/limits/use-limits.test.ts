import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { getIntrospectionQuery } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGateway, type Gateway } from '../../server/index.ts'

const OWNER_KEY = 'the-key-of-the-owner'

let runtime: TestRuntime
let gateway: Gateway
beforeAll(async () => {
  runtime = await createTestRuntime({ pluginRoots: [] })
  await runtime.apiKeys.allow(runtime.ownerId, OWNER_KEY, 'owner')
  gateway = createGateway({ runtime, ownerKey: OWNER_KEY })
})
afterAll(async () => {
  await gateway.close()
  await runtime.close()
})

async function send(body: string | object, accept = 'application/json'): Promise<{ status: number; body: unknown }> {
  const headers = { authorization: `Bearer ${OWNER_KEY}`, 'content-type': 'application/json', accept }
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await gateway.fetch(new Request('http://127.0.0.1/graphql', { method: 'POST', headers, body: text }))
  return { status: response.status, body: await response.json() }
}

const repeat = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => part(i)).join(' ')
const refused = (code: string, message: string): object => ({
  status: 400,
  body: { errors: [{ message: expect.stringContaining(message) as string, extensions: { code } }] },
})
const IDS = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }'
const DEEP = `{"query":"query ($x: JSON!) { validateGraph(document: $x) { path } }","variables":{"x":${'['.repeat(1_000_000)}`

describe('rejects with LIMIT_EXCEEDED', () => {
  it.each([
    ['100 aliases', { query: `{ ${repeat(100, (i) => `a${i}: blocks(first: 1) { totalCount }`)} }` }, '100 aliases'],
    ['10 000 aliases', { query: `{ ${repeat(10_000, (i) => `a${i}: __typename`)} }` }, 'tokens'],
    ['a text of 5 MB', { query: `{ ${'id '.repeat(1_700_000)} }` }, 'bytes'],
    ['a description of 10 MB', { query: `"""${'x'.repeat(10_000_000)}""" query { __typename }` }, 'bytes'],
    ['50 000 directives', { query: `{ __typename ${'@skip(if: false) '.repeat(50_000)} }` }, 'bytes'],
    ['100 000 ids in a variable', { query: IDS, variables: { ids: Array(100_000).fill('x') } }, 'variable $ids has 100000 ids'],
    ['101 ids in the query', { query: `{ nodes(ids: [${'"x",'.repeat(101)}]) { id } }` }, 'a list in the query has 101 ids'],
    ['variables nested 1 000 000 deep', `${DEEP}${']'.repeat(1_000_000)}}}`, 'levels of lists and objects'],
    ['a literal nested 101 deep', { query: `{ a(x: ${'['.repeat(99)}${']'.repeat(99)}) }` }, 'levels of brackets'],
  ])('%s', async (_what, body, message) => {
    expect(await send(body)).toMatchObject(refused('LIMIT_EXCEEDED', message))
  })
})

it('rejects an operation that is too expensive with COST_EXCEEDED, before it runs', async () => {
  const answer = await send({
    query: `{ ${repeat(17, (i) => `a${i}: blocks(first: 100) { edges { node { inputs { name } } } }`)} }`,
  })
  expect(answer).toEqual({
    status: 400,
    body: {
      errors: [
        {
          message:
            'the operation costs 20417, and at most 20000 is available: request smaller pages ("first"), fewer nested lists or fewer fields, or send several requests',
          extensions: { code: 'COST_EXCEEDED' },
        },
      ],
      extensions: { cost: { requested: 20417, available: 20000, restoreRate: null } },
    },
  })
})

it.each([
  ['a query', { query: '{ viewer { user { name } } }' }, 3],
  ['a mutation', { query: 'mutation { activateGraphVersion(input: { graphId: "x", version: 1 }) { errors { code } } }' }, 12],
])('returns the cost of %s', async (_what, body, requested) => {
  expect(await send(body)).toMatchObject({ status: 200, body: { extensions: { cost: { requested, available: 20000 } } } })
})

it('accepts the introspection of GraphiQL and of code generators', async () => {
  const query = getIntrospectionQuery({ specifiedByUrl: true, inputValueDeprecation: true, schemaDescription: true })
  expect(await send({ query })).toMatchObject({ status: 200, body: { data: { __schema: { queryType: { name: 'Query' } } } } })
})

it('accepts the nested lists of a dashboard', async () => {
  const query = `{ graphs(first: 20) { edges { node { id name
    versions(first: 5) { edges { node { id number createdAt } } }
    executions(first: 20) { totalCount edges { node { id status createdAt
      nodeExecutions(first: 20) { edges { node { number status startedAt finishedAt } } } } } } } } } }`
  expect(await send({ query })).toMatchObject({ status: 200, body: { data: { graphs: { edges: [] } } } })
})

it('reports at most 20 validation errors', async () => {
  const { body } = await send({ query: `{ ${repeat(99, (i) => `unknown${i}`)} }` })
  expect((body as { errors: unknown[] }).errors).toHaveLength(21) // the last one reports the limit
})

it('rejects the same invalid query again', async () => {
  const query = '{ unknown }'
  expect(await send({ query })).toEqual(await send({ query }))
})
