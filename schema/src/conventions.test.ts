import { buildSchema as parseSchema, isObjectType } from 'graphql'
import { expect, it } from 'vitest'
import { NODE_TYPES } from './base/global-ids.ts'
import { findConventionFaults } from './conventions.ts'
import { buildSchema } from './index.ts'

it('follows the conventions of docs/graphql.md', () => {
  expect(findConventionFaults(buildSchema())).toEqual([])
})

it('decodes the ids of exactly the types that implement Node', () => {
  const types = Object.values(buildSchema().getTypeMap()).filter(isObjectType)
  const nodes = types.filter((type) => type.getInterfaces().some(({ name }) => name === 'Node'))
  expect([...NODE_TYPES].toSorted()).toEqual(nodes.map(({ name }) => name).toSorted())
})

const RULES = `
  interface Node { id: ID! } interface Error { message: String! }
  type Thing implements Node { id: ID! node: String old: String @deprecated(reason: "later") }
  type ThingEdge { cursor: String! node: Thing! } type ThingConnection { edges: [ThingEdge] }
  type Query { things(first: Int, last: Int): ThingConnection! thing(id: ID!): Thing! }
  union AddResult = Thing
  type ChangePayload { thing: Thing! errors: [Error!] }
  type Mutation { add(name: String): AddResult change(input: ChangeInput!): ChangePayload }
  input ChangeInput { name: String }`

it.each([
  ['Thing: has no description'],
  ['Query.thing(id): has no description'],
  ['Thing.old: the reason of its deprecation has no date'],
  ['Thing.node: the key of a node in a graph is named "nodeId"'],
  ['Query.thing: loads an object, so it must be nullable'],
  ['Query.things: loads an object, so it must be nullable'],
  ['Mutation.add: takes exactly one argument, input: AddInput!'],
  ['Mutation.add: returns the nullable type AddPayload'],
  ['ChangePayload.errors: has the type [Error!]!'],
  ['ChangePayload.thing: is null after a failure'],
  ['ChangePayload.thing: lists of Thing exist, so the payload has thingEdge'],
  ['ThingConnection.edges: has the type [ThingEdge!]!, not [ThingEdge]'],
  ['Query.things: has no argument filter: ThingFilter'],
  ['Query.things: has the argument last; lists are read forward'],
])('reports %s', (fault) => {
  expect(findConventionFaults(parseSchema(RULES))).toContain(fault)
})

it('has a description that names every operation, and no other', () => {
  const schema = buildSchema()
  const named = [...(schema.description ?? '').matchAll(/^- (?:Read|Change|Develop|Follow): (.*(?:\n {2}.*)*)/gm)]
    .flatMap(([, names = '']) => [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name ?? ''))
    .toSorted()
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
  const fields = roots.flatMap((type) => Object.keys(type?.getFields() ?? {}))
  expect(named).toEqual(fields.filter((name) => name !== 'node' && name !== 'nodes').toSorted())
})
