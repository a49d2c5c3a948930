import fc from 'fast-check'
import { buildSchema, parse, validate, type GraphQLSchema, getOperationAST } from 'graphql'
import { expect, it } from 'vitest'
import { calculateCost } from './cost.ts'

const schema = buildSchema(`
  scalar JSON
  interface Node { id: ID! }
  type Query {
    graph: Graph
    graphs(first: Int = 20): GraphConnection
    node: Node
    nodes(ids: [ID!]!): [Node]!
    tags: [String!]!
    latest(first: Int): [Graph!]!
    check(document: GraphDocumentInput!): Boolean
  }
  type Mutation { rename(name: String): Graph, retry(input: RetryInput!): Payload, delete(input: DeleteInput!): Payload, save(input: SaveInput!): Boolean }
  input GraphDocumentInput { nodes: [JSON!]! }
  input SaveInput { name: String, document: JSON }
  input RetryInput { limit: Int = 100, labels: [String!] }
  input DeleteInput { ids: [ID!]!, others: [ID!] }
  type Payload { graphs: [Graph!], edges: [GraphEdge!] }
  type Subscription { changed: Graph }
  type GraphConnection { edges: [GraphEdge!]! totalCount: Int }
  type GraphEdge { cursor: String! node: Graph! }
  type Graph implements Node { id: ID! name: String! document: JSON size: Int pins: [Pin!]! graphs(first: Int = 20): GraphConnection }
  type Pin implements Node { id: ID! document: JSON few: [Pin!]! }
`)
const field = (type: string, name: string) =>
  (schema.getType(type) as { getFields?(): Record<string, { extensions: object }> }).getFields?.()[name]
Object.assign(field('Graph', 'size') ?? {}, { extensions: { cost: { weight: 7 } } })
Object.assign(field('Pin', 'few') ?? {}, { extensions: { cost: { size: 2 } } })

function cost(text: string, variables: Record<string, unknown> = {}, used: GraphQLSchema = schema): number {
  const document = parse(text)
  expect(validate(used, document)).toEqual([])
  const operation = getOperationAST(document)
  if (!operation) throw new Error('the text has no operation')
  return calculateCost({ schema: used, document, operation, variables })
}

it.each([
  ['an object: 1', '{ graph { graphs(first: 0) { edges { cursor } } } }', 2],
  ['ten scalars: 1', `{ graph { id name ${'name '.repeat(8)} } }`, 2],
  ['a JSON value: 2', '{ graph { document } }', 3],
  ['the weight of the schema', '{ graph { size } }', 8],
  ['a list of scalars, like a scalar', '{ tags }', 1],
  ['a list: 10 objects', '{ graph { pins { document } } }', 31],
  ['a list with the size of the schema', '{ graph { pins { few { document } } } }', 71],
  ['a page: 20 objects by default', '{ graphs { edges { node { document } } } }', 61],
  ['a page of "first" objects', '{ graphs(first: 5) { edges { node { document } } } }', 16],
  ['a page of at most 100 objects', '{ graphs(first: 2000) { edges { node { document } } } }', 301],
  ['a list of "first" objects', '{ latest(first: 3) { document } }', 9],
  ['nested pages', '{ graphs(first: 5) { edges { node { graphs(first: 3) { edges { node { document } } } } } } }', 56],
  ['as many objects as ids', '{ nodes(ids: ["a", "b", "c"]) { ... on Graph { document } } }', 9],
  ['the most expensive possible type', '{ node { id ... on Pin { few { id } } ... on Graph { size } } }', 9],
  ['the fields of an interface', '{ node { ... on Node { ... on Graph { document } ... on Pin { document } } } }', 3],
  ['a mutation', 'mutation { rename(name: "x") { document } }', 3],
  ['a subscription: one event', 'subscription { changed { document } }', 3],
])('is that of %s', (_what, text, expected) => {
  expect(cost(text)).toBe(expected)
})

it.each<[string, string, Record<string, unknown>, number]>([
  ['in a variable', 'query ($d: GraphDocumentInput!) { check(document: $d) }', { d: { nodes: ['x'.repeat(9_985)] } }, 601],
  ['in the query', `{ check(document: { nodes: ["${'x'.repeat(9_985)}"] }) }`, {}, 601],
  [
    'for each field that checks it',
    'query ($d: GraphDocumentInput!) { a: check(document: $d) b: check(document: $d) }',
    { d: { nodes: ['x'.repeat(9_985)] } },
    1201,
  ],
  ['in an input', 'mutation ($d: JSON) { save(input: { document: $d }) }', { d: { nodes: ['x'.repeat(9_985)] } }, 601],
  ['as text', 'mutation ($i: SaveInput!) { save(input: $i) }', { i: { document: 'x'.repeat(9_998) } }, 601],
  ['that is large', 'mutation ($d: JSON) { save(input: { document: $d }) }', { d: 'x'.repeat(5_000_000) }, 15_001],
  ['that is missing', 'mutation { save(input: {}) }', {}, 501],
])('counts the characters of a graph document %s', (_what, text, variables, expected) => {
  expect(cost(text, variables)).toBe(expected)
})

it.each([
  ['its value', '$n: Int', { n: 5 }, 16],
  ['its default', '$n: Int = 3', {}, 10],
  ['null', '$n: Int = 3', { n: null }, 61],
  ['no value', '$n: Int', {}, 61],
  ['a value of a wrong type', '$n: Int', { n: 'x' }, 301],
])('reads "first" from a variable with %s', (_what, definition, variables, expected) => {
  expect(cost(`query (${definition}) { graphs(first: $n) { edges { node { document } } } }`, variables)).toBe(expected)
})

it.each([
  ['the limit', '(input: { limit: 500 })', {}, 1001],
  ['the default limit', '(input: {})', {}, 201],
  ['a limit in a variable', '(input: { limit: $limit })', { limit: 300 }, 601],
  ['an absent variable', '(input: { limit: $limit })', {}, 201],
  ['the whole input in a variable', '(input: $input)', { input: { limit: 200 } }, 401],
  ['a limit out of range', '(input: { limit: 5000000 })', {}, 2001],
  ['a limit of the wrong type', '(input: { limit: $limit })', { limit: 'x' }, 2001],
  ['a negative limit', '(input: { limit: -1 })', {}, 1],
])('a mutation of many objects counts as many as %s', (_what, input, variables, expected) => {
  const definitions = input.includes('$limit') ? '($limit: Int)' : input.includes('$input') ? '($input: RetryInput!)' : ''
  expect(cost(`mutation ${definitions} { retry${input} { graphs { ${'id '.repeat(10)} } } }`, variables)).toBe(expected)
})

it('reads the default of a variable within an input', () => {
  expect(cost('mutation ($limit: Int = 700) { retry(input: { limit: $limit }) { graphs { document } } }')).toBe(2101)
})

it('a mutation with ids counts as many objects as its longest list of ids', () => {
  const text = 'mutation ($ids: [ID!]!) { delete(input: { ids: $ids, others: ["a"] }) { edges { node { document } } } }'
  expect(cost(text, { ids: ['a', 'b', 'c', 'd'] })).toBe(13)
})

it('counts the ids in a variable', () => {
  expect(cost('query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Graph { document } } }', { ids: ['a', 'b'] })).toBe(6)
})

it('counts a fragment wherever it is spread, with the page size of its place', () => {
  const text =
    '{ a: graphs(first: 2) { ...f } b: graphs(first: 4) { ...f } } fragment f on GraphConnection { edges { node { document } } }'
  expect(cost(text)).toBe(2 + 3 * 2 + 3 * 4)
})

it('calculates each fragment once', () => {
  const fragments = Array.from({ length: 300 }, (_, i) => `fragment f${i} on Node { ...f${i + 1} ...f${i + 1} }`).join(' ')
  const document = parse(`{ node { ...f0 } } ${fragments} fragment f300 on Node { id }`)
  const operation = getOperationAST(document)
  if (!operation) throw new Error('the text has no operation')
  expect(calculateCost({ schema, document, operation, variables: {} })).toBeGreaterThan(2 ** 290)
})

/** A random selection on `Graph`, as text and with parts of it in fragments. */
interface Selection {
  inline: string
  spread: string
  fragments: string
}

const selections = fc.letrec<{ selection: Selection }>((tie) => ({
  selection: fc
    .record({
      leaves: fc.subarray(['id', 'name', 'document', 'size'], { minLength: 1 }),
      first: fc.integer({ min: 0, max: 100 }),
      inFragment: fc.boolean(),
      name: fc.uuid().map((uuid) => `f${uuid.replaceAll('-', '')}`),
      inner: fc.option(tie('selection'), { maxDepth: 4 }),
    })
    .map(({ leaves, first, inFragment, name, inner }) => {
      const wrap = (text?: string): string =>
        `${leaves.join(' ')} ${text === undefined ? '' : `graphs(first: ${first}) { edges { node { ${text} } } }`}`
      const spread = wrap(inner?.spread)
      const fragments = inner?.fragments ?? ''
      return {
        inline: wrap(inner?.inline),
        spread: inFragment ? `...${name}` : spread,
        fragments: inFragment ? `${fragments} fragment ${name} on Graph { ${spread} }` : fragments,
      }
    }),
})).selection

it('is the same with fragments as with their text', () => {
  fc.assert(
    fc.property(selections, ({ inline, spread, fragments }) => {
      expect(cost(`{ graph { ${spread} } } ${fragments}`)).toBe(cost(`{ graph { ${inline} } }`))
    }),
    { numRuns: 200 },
  )
})

it('does not decrease when "first" increases', () => {
  fc.assert(
    fc.property(selections, fc.nat(100), fc.nat(100), ({ inline }, a, b) => {
      const text = `query ($n: Int) { graphs(first: $n) { edges { node { ${inline} } } } }`
      expect(cost(text, { n: Math.max(a, b) })).toBeGreaterThanOrEqual(cost(text, { n: Math.min(a, b) }))
    }),
    { numRuns: 200 },
  )
})
