import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { graphql } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildSchema, buildContext } from '../index.ts'

const schema = buildSchema()
let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(() => runtime.close())

const CREATE = `mutation ($document: JSON!) { createGraph(input: { name: "Test", document: { json: $document } }) {
  graph { id } errors { code message path } } }`

/** The errors of `createGraph`, each as its code, its path below `input.document` and its message. */
async function createErrors(document: object): Promise<unknown> {
  const user = (await runtime.users.find([runtime.ownerId])).get(runtime.ownerId)
  if (!user) throw new Error('no such user')
  const contextValue = buildContext({ runtime, caller: await runtime.callers.ofUser(user) })
  const { data, errors } = await graphql({ schema, source: CREATE, variableValues: { document }, contextValue })
  expect(errors).toBeUndefined()
  const { createGraph } = data as { createGraph: { errors: { code: string; message: string; path: string[] }[] } }
  return createGraph.errors.map(({ code, message, path }) => [code, path.slice(2).join('.'), message])
}

const NOTE = { id: 'note', block: 'io/note', inputs: { text: 'x' } }
const node = (fields: object): object => ({ nodes: [{ ...NOTE, ...fields }] })
const link = (fields: object): object => ({ nodes: [NOTE], links: [{ from: 'note.a', to: 'note.text', ...fields }] })

describe('a malformed document', () => {
  it.each<[object, string, string]>([
    [{ nodes: [], pairing: 'tagged' }, 'pairing', 'must be one of "TAGGED", "FIFO", got "tagged"'],
    [{ nodes: [], pairing: null }, 'pairing', 'must be one of "TAGGED", "FIFO", got null'],
    [{ nodes: [], pairing: 5 }, 'pairing', 'must be one of "TAGGED", "FIFO", got 5'],
    [link({ carry: false }), 'links.0.carry', 'must be true, got false'],
    [link({ carry: 'yes' }), 'links.0.carry', 'must be true, got "yes"'],
    [link({ cary: true }), 'links.0', 'unknown field "cary"'],
    [node({ loop: { parallel: 2 } }), 'nodes.note.loop', 'unknown field "parallel"'],
    [node({ loop: true }), 'nodes.note.loop', 'must be an object, got true'],
    [node({ loop: { concurrency: 0 } }), 'nodes.note.loop.concurrency', 'must be at least 1, got 0'],
    [node({ loop: { ratePerSecond: 0 } }), 'nodes.note.loop.ratePerSecond', 'must be more than 0, got 0'],
    [node({ loop: { window: 1.5 } }), 'nodes.note.loop.window', 'must be a whole number, got 1.5'],
    [node({ loop: { budget: 2_000_000_000 } }), 'nodes.note.loop.budget', 'must be at most 1000000000, got 2000000000'],
    [node({ scope: '' }), 'nodes.note.scope', 'must have at least 1 character, got ""'],
    [node({ scope: ['rows'] }), 'nodes.note.scope', 'must be text, got ["rows"]'],
    [node({ position: { x: 1e300, y: 0 } }), 'nodes.note.position.x', 'must be at most 9007199254740991, got 1e+300'],
    [{ nodes: [], $schema: 1 }, '$schema', 'must be text, got 1'],
    [{ nodes: [], parings: 'FIFO' }, '', 'unknown field "parings"'],
  ])('%j is rejected with the place and what is expected', async (document, path, message) => {
    expect(await createErrors(document)).toContainEqual(['BAD_INPUT', path, expect.stringContaining(message)])
  })
})

/** A loop over a list whose results are collected. */
function loop({ node = {}, end = {}, link = {}, pairing = 'TAGGED' }: Record<string, unknown>): object {
  return {
    nodes: [
      { id: 'rows', block: 'loop/for-each', inputs: { items: [1, 2] }, ...(node as object) },
      { id: 'all', block: 'list/collect', ...(end as object) },
    ],
    links: [{ from: 'rows.item', to: 'all.item', ...(link as object) }],
    pairing,
  }
}

describe('a document with loops', () => {
  it('is valid in a TAGGED graph', async () => {
    expect(await createErrors(loop({ node: { loop: { concurrency: 2 } }, end: { scope: 'rows' } }))).toEqual([])
  })

  it.each<[string, object, string, string]>([
    ['an unknown scope', loop({ end: { scope: 'gone' } }), 'nodes.all.scope', 'there is no node "gone"'],
    ['a scope without a collect pin', loop({ node: { scope: 'all' } }), 'nodes.rows.scope', 'closes no loop'],
    ['a scope that is no loop', loop({ end: { scope: 'all' } }), 'links.0', 'of the node "all" that "scope" names'],
    ['loop options without a loop', loop({ end: { loop: {} } }), 'nodes.all.loop', 'opens no loop'],
    ['a carried value that is collected', loop({ link: { carry: true } }), 'links.0.carry', 'no value can be carried'],
    ['a collect node in a FIFO graph', loop({ pairing: 'FIFO' }), 'nodes.all.block', 'requires "pairing": "TAGGED"'],
    ['loop options in a FIFO graph', loop({ pairing: 'FIFO', node: { loop: {} } }), 'nodes.rows.loop', '"loop" requires'],
    ['a scope in a FIFO graph', loop({ pairing: 'FIFO', end: { scope: 'rows' } }), 'nodes.all.scope', '"scope" requires'],
    ['a carried value in a FIFO graph', loop({ pairing: 'FIFO', link: { carry: true } }), 'links.0', '"carry" requires'],
  ])('is rejected with %s', async (_title, document, path, message) => {
    expect(await createErrors(document)).toContainEqual(['GRAPH_INVALID', path, expect.stringContaining(message)])
  })
})
