import type { GraphDocument } from '@ashlar/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toStoredDocument } from './stored-document.ts'

type GraphNode = GraphDocument['nodes'][number]

const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.bigInt({ min: 2n ** 53n }))
const node = fc
  .record(
    {
      id: fc.string({ minLength: 1, maxLength: 3 }),
      block: fc.constantFrom('text/template', 'io/input'),
      inputs: fc.dictionary(fc.string({ maxLength: 3 }), value, { maxKeys: 3 }),
      title: fc.string({ maxLength: 3 }),
      position: fc.record({ x: fc.double({ noNaN: true }), y: fc.nat() }),
      timeoutMs: fc.nat(),
      retry: fc.record({ attempts: fc.nat(), backoffMs: fc.nat(), jitter: fc.nat(1) }),
      credentials: fc.dictionary(fc.constantFrom('x/x', 'y/y', '__proto__'), fc.string({ maxLength: 3 })),
      loop: fc.record({ concurrency: fc.nat(), ratePerSecond: fc.nat(), window: fc.nat(), budget: fc.nat() }),
      scope: fc.string({ minLength: 1, maxLength: 3 }),
    },
    { requiredKeys: ['id', 'block', 'inputs'] },
  )
  .map((fields) => fields as GraphNode)
const link = fc.record(
  { from: fc.string(), to: fc.string(), carry: fc.constant(true as const) },
  { requiredKeys: ['from', 'to'] },
)
const documents: fc.Arbitrary<GraphDocument> = fc.record({
  nodes: fc.array(node, { maxLength: 4 }),
  links: fc.array(link, { maxLength: 3 }),
  onUnhandledError: fc.constantFrom('FAIL', 'CONTINUE'),
  concurrency: fc.nat(),
  pairing: fc.constantFrom('TAGGED', 'FIFO'),
  budget: fc.nat(),
})

describe('a document', () => {
  it('is the same after its typed fields are read and written', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const { nodes, links, ...settings } = document
        const typed = { nodes: nodes.map(toTypedNode), links: links.map(toTypedLink), settings, json: null }
        expect(toStoredDocument(typed)).toEqual(document)
        expect(toStoredDocument({ ...document, nodes: nodes.map(toTypedNode) })).toEqual(document)
        expect(toStoredDocument({ nodes: null, links: null, settings: null, json: document })).toBe(document)
      }),
    )
  })

  it('has only the fields that are given', () => {
    expect(toStoredDocument({})).toEqual({})
    expect(toStoredDocument({ nodes: [], links: null, settings: { concurrency: 2, budget: null } })).toEqual({
      nodes: [],
      concurrency: 2,
    })
    const retry = { attempts: 2, backoffMs: null }
    expect(
      toStoredDocument({ nodes: [{ id: 'a', block: 'b', inputs: { x: null }, title: null, retry, credentials: {} }] }),
    ).toEqual({ nodes: [{ id: 'a', block: 'b', inputs: { x: null }, retry: { attempts: 2 }, credentials: {} }] })
    const loop = { concurrency: 1, ratePerSecond: null, window: null, budget: null }
    expect(
      toStoredDocument({ nodes: [{ id: 'a', block: 'b', loop, scope: null }], links: [{ from: 'a.x', to: 'a.y', carry: null }] }),
    ).toEqual({
      nodes: [{ id: 'a', block: 'b', loop: { concurrency: 1 } }],
      links: [{ from: 'a.x', to: 'a.y' }],
    })
  })

  it('cannot have "json" and other fields', () => {
    const rejection = { code: 'BAD_INPUT', details: { path: ['document'] } }
    expect(failure(() => toStoredDocument({ json: { nodes: [] }, links: [] }))).toMatchObject(rejection)
    expect(failure(() => toStoredDocument({ json: 'x', settings: {} }))).toMatchObject(rejection)
  })

  it('cannot have a node with two keys', () => {
    expect(failure(() => toStoredDocument({ nodes: [{ id: 'a', nodeId: 'a', block: 'b' }] }))).toMatchObject({
      code: 'BAD_INPUT',
      details: { path: ['document', 'nodes', '0'] },
    })
  })

  it('cannot have a setting in two places', () => {
    expect(failure(() => toStoredDocument({ budget: 1, concurrency: 2, settings: { budget: 3 } }))).toMatchObject({
      code: 'BAD_INPUT',
      details: { path: ['document', 'budget'] },
    })
  })
})

/** A node as the API returns it, with null for what is not set. */
function toTypedNode(stored: GraphNode) {
  const { id, block, inputs, title = null, position = null, timeoutMs = null, retry = null, credentials = null } = stored
  const { loop = null, scope = null } = stored
  return { nodeId: id, block, inputs, title, position, timeoutMs, retry, credentials, loop, scope }
}

/** A link as the API returns it. */
function toTypedLink({ from, to, carry }: GraphDocument['links'][number]) {
  return { from, to, carry: carry === true }
}

function failure(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}
