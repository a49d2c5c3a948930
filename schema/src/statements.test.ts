import { createTestRuntime, recordStatements, type TestRuntime } from '@ashlar/core/testing'
import {
  execute,
  getNamedType,
  isLeafType,
  isNonNullType,
  isObjectType,
  type GraphQLInputType,
  parse,
  validate,
  type GraphQLField,
  type GraphQLObjectType,
} from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildContext, buildSchema } from './index.ts'

// The number of statements of a request depends on its levels, not on the number of objects. The tests read through a
// gateway without a worker, so that every statement in this process belongs to the request.

const schema = buildSchema()
const PARENTS = 6
const DOCUMENT = {
  nodes: [
    { id: 'name', block: 'io/input', inputs: { name: 'name' } },
    { id: 'out', block: 'io/output', inputs: { name: 'greeting' } },
    { id: 'each', block: 'loop/for-each', inputs: { items: ['a', 'b'] } },
    { id: 'all', block: 'list/collect' },
  ],
  links: [
    { from: 'name.result', to: 'out.value' },
    { from: 'each.item', to: 'all.item' },
  ],
}
let reader: TestRuntime

beforeAll(async () => {
  const writer = await createTestRuntime()
  const { accounts, graphs, executions, credentials, ownerId, users } = writer
  for (let i = 0; i < PARENTS; i++) {
    const graph = await graphs.create(ownerId, { name: `Graph ${i}`, document: DOCUMENT })
    for (const version of [1, 2]) await graphs.saveVersion(ownerId, graph.id, version, DOCUMENT)
    for (const name of ['a', 'b', 'c']) {
      const { id } = await executions.start(ownerId, { graphId: graph.id, inputs: { name } })
      for await (const _event of await executions.follow(ownerId, id, 0));
    }
    const { account } = await accounts.createOrganization(ownerId, { name: `Account ${i}` })
    for (const role of ['EDITOR', 'VIEWER'] as const) {
      const { token } = await accounts.invite(ownerId, account.id, { role })
      await accounts.acceptInvitation((await users.create(`${role} ${i}`)).id, token)
      await accounts.invite(ownerId, account.id, { role })
    }
    const secret = { type: 'HOST_SCOPED', headers: { 'x-key': `secret ${i}` } }
    await credentials.add(ownerId, { provider: 'http/host', name: `key ${i}`, hosts: ['a.example'], secret })
  }
  const { url } = writer.database
  await writer.close()
  reader = await createTestRuntime({ databaseUrl: url, role: 'gateway' })
}, 120_000)
afterAll(() => reader.close())

interface ListField {
  /** `Graph.versions` */
  name: string
  /** Selects the list of one object of its type. */
  select(first: number): string
  parent: GraphQLObjectType
}

const lists = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .flatMap((parent) => Object.values(parent.getFields()).map((field) => ({ parent, field })))
  .filter(({ field }) => getNamedType(field.type).name.endsWith('Connection'))
  .map(({ parent, field }) => toListField(parent, field))

function toListField(parent: GraphQLObjectType, field: GraphQLField<unknown, unknown>): ListField {
  const item = getItem(field)
  const required = field.args.filter(({ type, default: value }) => isNonNullType(type) && value === undefined)
  const args = required.map(({ name, type }) => `, ${name}: ${toSample(type)}`).join('')
  return {
    name: `${parent.name}.${field.name}`,
    parent,
    select: (first) => `${field.name}(first: ${first}${args}) { totalCount edges { node { ${selectAll(item)} } } }`,
  }
}

/** A value of a required argument that makes the list not empty. */
function toSample(type: GraphQLInputType): string {
  return getNamedType(type).name === 'BlockPinInput' ? '{ block: "text/split", pin: "texts" }' : '"a"'
}

/** The type of the items of a connection, which may be an interface. */
function getItem(field: GraphQLField<unknown, unknown>): GraphQLObjectType {
  const connection = getNamedType(field.type) as GraphQLObjectType
  const edge = getNamedType(connection.getFields().edges?.type) as GraphQLObjectType
  return getNamedType(edge.getFields().node?.type) as GraphQLObjectType
}

/** Selects every value of an object, and the values of each object that it has. */
function selectAll(type: GraphQLObjectType, depth = 0): string {
  const selected = Object.values(type.getFields()).flatMap((field) => {
    const target = getNamedType(field.type)
    if (field.args.some(({ type: each }) => isNonNullType(each))) return []
    if (isLeafType(target)) return [field.name]
    if (target.name.endsWith('Connection') || depth > 0 || !('getFields' in target)) return []
    return [`${field.name} { __typename ${selectAll(target as GraphQLObjectType, depth + 1)} }`]
  })
  return selected.join(' ')
}

/** Counts the statements of a request, whose lists must not be empty. */
async function countStatements(source: string): Promise<number> {
  const document = parse(source)
  expect(validate(schema, document)).toEqual([])
  const user = (await reader.users.find([reader.ownerId])).get(reader.ownerId)
  if (!user) throw new Error('no such user')
  const contextValue = buildContext({ runtime: reader, caller: await reader.callers.ofUser(user) })
  const statements = await recordStatements(async () => {
    expect(await execute({ schema, document, contextValue })).not.toHaveProperty('errors')
  })
  return statements.length
}

/** The lists of the root whose items have the type. */
function rootLists(type: GraphQLObjectType): string[] {
  const root = schema.getQueryType()
  return root ? listsOf(root, type) : []
}

function listsOf(parent: GraphQLObjectType, type: GraphQLObjectType): string[] {
  return Object.values(parent.getFields())
    .filter((field) => getNamedType(field.type).name.endsWith('Connection') && getItem(field) === type)
    .filter((field) => field.args.every(({ type: each }) => !isNonNullType(each)))
    .map(({ name }) => name)
}

describe('the number of statements is constant', () => {
  it.each(lists.map((list) => [list.name, list] as const))('for the items of %s', async (_name, { parent, select }) => {
    const root = parent === schema.getQueryType() ? '' : parent.name === 'Viewer' ? 'viewer' : undefined
    const wrap = (first: number): string => {
      if (root !== undefined) return root === '' ? `{ ${select(first)} }` : `{ ${root} { ${select(first)} } }`
      const [list] = rootLists(parent)
      const [ofViewer = ''] = listsOf(schema.getType('Viewer') as GraphQLObjectType, parent)
      const items = (name: string): string => `${name}(first: ${first}) { edges { node { ${select(first)} } } }`
      return list === undefined ? `{ viewer { ${items(ofViewer)} } }` : `{ ${items(list)} }`
    }
    await countStatements(wrap(PARENTS)) // fills caches that are shared by all requests
    expect(await countStatements(wrap(PARENTS))).toBe(await countStatements(wrap(2)))
  })

  it('for lists in lists in lists', async () => {
    const query = (first: number): string => `{ graphs(first: ${first}) { totalCount edges { node {
      versions(first: ${first}) { totalCount edges { node { number } } }
      executions(first: ${first}) { totalCount edges { node { status
        events(first: ${first}) { totalCount edges { node { at } } }
        scopes(first: ${first}) { totalCount edges { node { tag } } }
        nodeExecutions(first: ${first}) { totalCount edges { node { status } } } } } } } } } }`
    await countStatements(query(PARENTS))
    const few = await countStatements(query(2))
    expect(await countStatements(query(PARENTS))).toBe(few)
    expect(few).toBeLessThan(20)
  })

  it('does not count items unless totalCount is selected', async () => {
    const counted = await countStatements('{ graphs { totalCount edges { node { id } } } }')
    expect(await countStatements('{ graphs { edges { node { id } } } }')).toBe(counted - 1)
  })
})

it('covers every list of the schema', () => {
  expect(lists.length).toBeGreaterThan(8)
  const covered = lists.filter(
    ({ parent }) =>
      parent === schema.getQueryType() || ['Viewer', 'Account'].includes(parent.name) || rootLists(parent).length > 0,
  )
  expect(covered).toEqual(lists)
})
