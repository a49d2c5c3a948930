import { isEqual } from '@ashlar/sdk/json'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diffDocuments, type DocumentDiff, type FieldChange, type LinkChange } from './diff-documents.ts'
import { documentSchema, type GraphDocument, type GraphNode } from './document.ts'

const ids = fc.constantFrom('a', 'b', 'c', 'd', '__proto__')
const value = fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.bigInt({ min: 2n ** 53n }))
const node = fc
  .record(
    {
      id: ids,
      block: fc.constantFrom('text/template', 'io/input'),
      inputs: fc.dictionary(fc.constantFrom('x', 'y', 'toString'), value, { maxKeys: 3 }),
      title: fc.string({ maxLength: 3 }),
      position: fc.record({ x: fc.nat(9), y: fc.nat(9) }),
      timeoutMs: fc.constantFrom(1, 2),
      retry: fc.record({ attempts: fc.constantFrom(1, 2), backoffMs: fc.nat(2), jitter: fc.constant(0) }),
      credentials: fc.dictionary(fc.constantFrom('x/x', 'y/y'), fc.constantFrom('one', 'two')),
      loop: fc.record({ window: fc.constantFrom(1, 2), budget: fc.constant(3) }),
      scope: ids,
    },
    { requiredKeys: ['id', 'block', 'inputs'] },
  )
  .map((fields) => fields as GraphNode)
const end = fc.tuple(ids, fc.constantFrom('p', 'q')).map((parts) => parts.join('.'))
const link = fc.record({ from: end, to: end, carry: fc.constant(true as const) }, { requiredKeys: ['from', 'to'] })
const documents: fc.Arbitrary<GraphDocument> = fc.record({
  nodes: fc.uniqueArray(node, { maxLength: 5, selector: ({ id }) => id }),
  links: fc.array(link, { maxLength: 6 }),
  onUnhandledError: fc.constantFrom('FAIL', 'CONTINUE'),
  concurrency: fc.constantFrom(1, 2),
  pairing: fc.constantFrom('TAGGED', 'FIFO'),
  budget: fc.constantFrom(1, 2),
})

describe('the differences of documents', () => {
  it('lead from the first to the second', () => {
    fc.assert(
      fc.property(documents, documents, (a, b) => {
        expect(isEqual(inAnyOrder(apply(a, diffDocuments(a, b))), inAnyOrder(b))).toBe(true)
      }),
    )
  })

  it('are empty for equal documents in any order', () => {
    fc.assert(
      fc.property(documents, (a) => {
        const reversed = { ...a, nodes: a.nodes.toReversed(), links: a.links.toReversed() }
        const none = { added: [], removed: [], changed: [] }
        const empty = { nodes: none, links: none, settings: [] }
        expect(diffDocuments(a, reversed)).toEqual(empty)
      }),
    )
  })

  it('are reversed for documents in reverse order', () => {
    fc.assert(
      fc.property(documents, documents, (a, b) => {
        const [there, back] = [diffDocuments(a, b), diffDocuments(b, a)]
        expect([back.nodes.added, back.nodes.removed]).toEqual([there.nodes.removed, there.nodes.added])
        expect([back.links.added, back.links.removed]).toEqual([there.links.removed, there.links.added])
        expect(toPairs(back.links.changed)).toEqual(
          toPairs(there.links.changed.map(({ before, after }) => ({ before: after, after: before }))),
        )
        const changes = there.nodes.changed.map(({ nodeId, onlyMoved }) => ({ nodeId, onlyMoved }))
        expect(back.nodes.changed).toHaveLength(changes.length)
        expect(back.nodes.changed).toEqual(
          expect.arrayContaining(changes.map((each) => expect.objectContaining(each) as unknown)),
        )
        expect(back.settings.map(({ setting, before, after }) => [setting, after, before])).toEqual(
          there.settings.map(({ setting, before, after }) => [setting, before, after]),
        )
      }),
    )
  })

  it('name the fields of each node with both values, and moved nodes', () => {
    const a = documentSchema.parse({
      pairing: 'FIFO',
      nodes: [
        { id: 'gone', block: 'io/note' },
        { id: 'greet', block: 'text/template', inputs: { format: 'Hello', old: 1 }, title: 'Greet' },
        { id: 'moved', block: 'io/note', position: { x: 0, y: 0 } },
      ],
      links: [
        { from: 'greet.output', to: 'gone.text' },
        { from: 'greet.output', to: 'greet.old' },
      ],
    })
    const b = documentSchema.parse({
      nodes: [
        { id: 'moved', block: 'io/note', position: { x: 0, y: 1 } },
        {
          id: 'greet',
          block: 'text/format',
          inputs: { new: null, format: 'Hi' },
          retry: { attempts: 2 },
          loop: {},
          scope: 'moved',
        },
      ],
      links: [{ from: 'greet.output', to: 'greet.old', carry: true }],
      concurrency: 1,
      pairing: 'TAGGED',
    })
    const { nodes, links, settings } = diffDocuments(a, b)
    expect(nodes.removed.map(({ id }) => id)).toEqual(['gone'])
    expect(nodes.changed.map(({ nodeId, onlyMoved }) => [nodeId, onlyMoved])).toEqual([
      ['moved', true],
      ['greet', false],
    ])
    expect(nodes.changed[1]?.fields).toEqual([
      { field: 'BLOCK', key: null, before: 'text/template', after: 'text/format' },
      { field: 'INPUT', key: 'new', before: undefined, after: null },
      { field: 'INPUT', key: 'format', before: 'Hello', after: 'Hi' },
      { field: 'INPUT', key: 'old', before: 1, after: undefined },
      { field: 'TITLE', key: null, before: 'Greet', after: undefined },
      { field: 'RETRY', key: null, before: undefined, after: { attempts: 2, backoffMs: 1000, jitter: 0.2 } },
      { field: 'LOOP', key: null, before: undefined, after: { window: 1000, budget: 1_000_000 } },
      { field: 'SCOPE', key: null, before: undefined, after: 'moved' },
    ])
    const kept = { from: 'greet.output', to: 'greet.old' }
    expect(links).toEqual({
      added: [],
      removed: [{ from: 'greet.output', to: 'gone.text' }],
      changed: [{ before: kept, after: { ...kept, carry: true } }],
    })
    expect(settings).toEqual([
      { setting: 'concurrency', before: 16, after: 1 },
      { setting: 'pairing', before: 'FIFO', after: 'TAGGED' },
    ])
  })

  it('count a link as often as it occurs', () => {
    const link = { from: 'a.x', to: 'b.y' }
    const withLinks = (links: object[]): GraphDocument => documentSchema.parse({ nodes: [], links })
    expect(diffDocuments(withLinks([link]), withLinks([link, link])).links).toEqual({ added: [link], removed: [], changed: [] })
  })
})

function apply(document: GraphDocument, { nodes, links, settings }: DocumentDiff): GraphDocument {
  const removed = new Set(nodes.removed.map(({ id }) => id))
  const changes = new Map(nodes.changed.map(({ nodeId, fields }) => [nodeId, fields]))
  const remaining = [...document.links]
  for (const each of [...links.removed, ...links.changed.map(({ before }) => before)])
    remaining.splice(
      remaining.findIndex((other) => isEqual(other, each)),
      1,
    )
  return {
    ...document,
    nodes: [
      ...document.nodes.filter(({ id }) => !removed.has(id)).map((each) => applyFields(each, changes.get(each.id) ?? [])),
      ...nodes.added,
    ],
    links: [...remaining, ...links.added, ...links.changed.map(({ after }) => after)],
    ...Object.fromEntries(settings.map(({ setting, after }) => [setting, after])),
  }
}

const NAMES = {
  BLOCK: 'block',
  TITLE: 'title',
  POSITION: 'position',
  TIMEOUT: 'timeoutMs',
  RETRY: 'retry',
  LOOP: 'loop',
  SCOPE: 'scope',
} as const

function applyFields(before: GraphNode, fields: readonly FieldChange[]): GraphNode {
  const changed: Record<string, unknown> = { ...before }
  const keyed = { INPUT: new Map(Object.entries(before.inputs)), CREDENTIAL: new Map(Object.entries(before.credentials ?? {})) }
  for (const { field, key, after } of fields)
    if (field === 'INPUT' || field === 'CREDENTIAL') keyed[field].set(key ?? '', after as string)
    else changed[NAMES[field]] = after
  const credentials = Object.fromEntries(keyed.CREDENTIAL)
  return { ...changed, inputs: Object.fromEntries(keyed.INPUT), credentials } as GraphNode
}

function toPairs(changes: readonly LinkChange[]): string[] {
  return changes.map((change) => JSON.stringify(change)).toSorted()
}

/** Missing credentials count as no credentials. */
function inAnyOrder({ nodes, links, ...settings }: GraphDocument): object {
  const sorted = nodes.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map((each) => ({ credentials: {}, ...each }))
  return { nodes: sorted, links: links.map(({ from, to, carry }) => `${from} ${to} ${carry}`).toSorted(), ...settings }
}
