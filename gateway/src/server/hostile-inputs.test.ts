import { setTimeout } from 'node:timers/promises'
import { buildSchema } from '@ashlar/schema'
import { BUILTIN_PLUGINS, createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
} from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGateway, type Gateway } from './index.ts'

const OWNER_KEY = 'the-key-of-the-owner'
const UUID = '01936b5e-0000-7000-8000-000000000000'

let runtime: TestRuntime
let gateway: Gateway
const log: string[] = []
/** Global ids of existing objects, by type. */
const ids = new Map<string, string>()
beforeAll(async () => {
  runtime = await createTestRuntime({ pluginRoots: [BUILTIN_PLUGINS] })
  const { ownerId } = runtime
  await runtime.apiKeys.allow(ownerId, OWNER_KEY, 'owner')
  const logger = { info: () => undefined, error: (message: string, error?: unknown) => log.push(`${message}: ${String(error)}`) }
  gateway = createGateway({ runtime, ownerKey: OWNER_KEY, logger })
  const graph = await runtime.graphs.create(ownerId, { name: 'Greet', document: DOCUMENT })
  const execution = await runtime.executions.start(ownerId, { graphId: graph.id, inputs: {} })
  for await (const _event of await runtime.executions.follow(ownerId, execution.id, 0));
  ids.set('Graph', globalId('Graph', graph.id))
  ids.set('GraphVersion', globalId('GraphVersion', graph.activeVersionId))
  ids.set('Execution', globalId('Execution', execution.id))
  ids.set('User', globalId('User', ownerId))
  ids.set('Account', globalId('Account', ownerId))
  ids.set('Plugin', globalId('Plugin', '@ashlar/plugin-text'))
})
afterAll(async () => {
  await gateway.close()
  await runtime.close()
})

const DOCUMENT = { nodes: [{ id: 'a', block: 'text/template', inputs: { format: 'x', values: {} } }], links: [] }

function globalId(type: string, id: string): string {
  return Buffer.from(`${type}:${id}`).toString('base64url')
}

const TEXTS = ['\0', 'a\0b', '\ud800', '\udfff x', '', '\uffff', '%00', "'; --", '__proto__', 'x'.repeat(100_000)]
const ENDS = [
  '\0',
  `${UUID}\0`,
  'x',
  UUID,
  '',
  `${UUID}:n:1`,
  'a@\0',
  '-1',
  '9'.repeat(30),
  '1'.repeat(10_000),
  '__proto__',
  '\n',
]
const TYPES = [
  'Account',
  'Block',
  'Credential',
  'Execution',
  'Graph',
  'GraphVersion',
  'Invitation',
  'Member',
  'NodeExecution',
  'Plugin',
  'PluginVersion',
  'Provider',
  'User',
  'Nothing',
]
const IDS = [...TEXTS, '!!!!', '====', '_-_-', ...TYPES.flatMap((type) => ENDS.map((end) => globalId(type, end)))]
const CURSORS = [
  ...TEXTS,
  '-1',
  '1e3',
  '2147483648',
  'NaN',
  ...ENDS.map((end) => globalId('ExecutionEvent', end)),
  ...orders().flatMap(([list, field]) =>
    ['ASC', 'DESC'].flatMap((direction) => [cursor(list, field, direction, 'x', UUID), cursor(list, field, direction, '1', 'x')]),
  ),
]
const DOCUMENTS = [
  '\0',
  { '\0': 1 },
  { nodes: [{ id: '\0', block: 'text/template' }] },
  { nodes: [{ id: 'a', block: '\0' }] },
  { nodes: [{ id: 'a', block: 'text/template', inputs: { format: '\0', values: { '\0': '\0' } } }] },
  { nodes: [{ id: 'a', block: 'text/template', inputs: { format: '\ud800', values: {} } }] },
  { nodes: [{ id: 'a', block: 'io/input', inputs: { name: '\0' } }] },
  { nodes: [{ id: 'a', block: 'graph/run', inputs: { graph: '\0' } }] },
  { name: '\0', document: DOCUMENT },
  { name: '\ud800', document: DOCUMENT },
  { name: 'x', description: '\0', document: DOCUMENT },
]

/** Each list with each of its sort fields. */
function orders(): [list: string, field: string][] {
  return Object.values(buildSchema().getTypeMap())
    .filter((type) => isEnumType(type))
    .filter(({ name }) => name.endsWith('OrderField'))
    .flatMap((type) => type.getValues().map(({ name }) => [type.name.replace('OrderField', ''), name] as [string, string]))
}

/** Bad values for an argument of a type. */
function badValues(type: string, name: string): readonly unknown[] {
  if (type === 'String') return name === 'after' || name === 'before' ? CURSORS : TEXTS
  if (type === 'ID') return IDS
  if (type === 'JSON') return DOCUMENTS
  if (type === 'Int') return [-1, 0, 2 ** 31 - 1, -(2 ** 31)]
  if (type === 'Base64') return ['', 'AAAA', 'AAA', '\0']
  return []
}

const ID_TYPES: Record<string, string> = {
  executionId: 'Execution',
  credentialId: 'Credential',
  accountId: 'Account',
  memberId: 'Member',
  invitationId: 'Invitation',
}

/** A valid value. Other arguments or fields of the operation are bad. */
function goodValue(type: GraphQLInputType, name: string): unknown {
  if (isNonNullType(type)) return goodValue(type.ofType, name)
  if (isListType(type)) return [goodValue(type.ofType, name)]
  if (isInputObjectType(type))
    return Object.fromEntries(Object.values(type.getFields()).flatMap((field) => given(field.name, field.type)))
  const named = getNamedType(type)
  if (named.name === 'ID') return ids.get(ID_TYPES[name] ?? 'Graph') ?? globalId('Credential', UUID)
  if (named.name === 'JSON') return name === 'document' ? DOCUMENT : name === 'file' ? { name: 'x', document: DOCUMENT } : {}
  if (named.name === 'Int') return 1
  if (named.name === 'Boolean') return false
  if (named.name === 'Base64') return 'AAAA'
  return 'text/template'
}

function given(name: string, type: GraphQLInputType): [string, unknown][] {
  return isNonNullType(type) ? [[name, goodValue(type, name)]] : []
}

/** Values with one bad part, for each part and each bad value. */
function* badVariants(type: GraphQLInputType, name: string): Generator<unknown> {
  if (isNonNullType(type)) return yield* badVariants(type.ofType, name)
  if (isListType(type)) {
    for (const item of badVariants(type.ofType, name)) yield [item]
    return
  }
  if (!isInputObjectType(type)) return yield* badValues(getNamedType(type).name, name)
  const good = goodValue(type, name) as object
  for (const field of Object.values(type.getFields()))
    for (const bad of badVariants(field.type, field.name)) yield { ...good, [field.name]: bad }
}

interface Operation {
  query: string
  variables: Record<string, unknown>
}

/** Operations on a field of a root type, each with one bad argument. */
function* operations(kind: string, field: GraphQLField<unknown, unknown>): Generator<Operation> {
  for (const argument of field.args)
    for (const bad of badVariants(argument.type, argument.name)) {
      const others = field.args.filter((each) => each !== argument).flatMap(({ name, type }) => given(name, type))
      const variables = { ...Object.fromEntries(others), [argument.name]: bad }
      const used = field.args.filter(({ name }) => Object.hasOwn(variables, name))
      const query = `${kind} (${declared(used)}) { ${field.name}(${passed(used)}) ${selection(field)} }`
      yield { query, variables }
    }
}

/** Operations on the fields of an object with a known id, each with one bad argument. */
function* nestedOperations(type: GraphQLObjectType): Generator<Operation> {
  for (const field of Object.values(type.getFields()))
    for (const argument of field.args)
      for (const bad of badVariants(argument.type, argument.name))
        yield {
          query: `query ($id: ID!, ${declared([argument])}) { node(id: $id) { ... on ${type.name} { ${field.name}(${passed([argument])}) ${selection(field)} } } }`,
          variables: { id: ids.get(type.name) ?? '', [argument.name]: bad },
        }
}

/** A cursor with the given parts. */
function cursor(...parts: string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

function declared(args: readonly GraphQLArgument[]): string {
  return args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ')
}

function passed(args: readonly GraphQLArgument[]): string {
  return args.map(({ name }) => `${name}: $${name}`).join(', ')
}

function selection({ type }: GraphQLField<unknown, unknown>): string {
  const named = getNamedType(type)
  return 'getFields' in named ? '{ __typename }' : ''
}

async function send({ query, variables }: Operation): Promise<{ errors?: unknown; data?: unknown }> {
  const isSubscription = query.startsWith('subscription')
  const headers = {
    authorization: `Bearer ${OWNER_KEY}`,
    'content-type': 'application/json',
    accept: isSubscription ? 'text/event-stream' : 'application/json',
  }
  const response = await gateway.fetch(
    new Request('http://127.0.0.1/graphql', { method: 'POST', headers, body: JSON.stringify({ query, variables }) }),
  )
  expect(response.status).toBeLessThan(500)
  const text = isSubscription ? await readStream(response) : await response.text()
  return (isSubscription ? { data: text } : JSON.parse(text)) as { errors?: unknown; data?: unknown }
}

/** Reads a stream until it ends or pauses: some subscriptions never end. */
async function readStream({ body }: Response): Promise<string> {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (;;) {
    const read = await Promise.race([reader?.read(), setTimeout(100)])
    if (read?.value === undefined) break
    text += read.value
  }
  void reader?.cancel()
  return text
}

/** Sends the operations. @returns each operation that fails with an unexpected error */
async function sendAll(all: Iterable<Operation>): Promise<string[]> {
  const failures: string[] = []
  for (const operation of all) {
    const answer = JSON.stringify(await send(operation))
    const message = log.splice(0).join()
    if (message !== '' || answer.includes('INTERNAL_SERVER_ERROR'))
      failures.push(`${JSON.stringify(operation).slice(0, 400)} ${message}`)
  }
  return failures
}

const schema = buildSchema()
const roots = [
  ['query', schema.getQueryType()],
  ['mutation', schema.getMutationType()],
  ['subscription', schema.getSubscriptionType()],
] as const
const fields = roots.flatMap(([kind, type]) =>
  Object.values(type?.getFields() ?? {})
    .filter(({ args }) => args.length > 0)
    .map((field) => [`${kind} ${field.name}`, kind, field] as const),
)
const objects = Object.values(schema.getTypeMap())
  .filter((type) => isObjectType(type))
  .filter((type) => type.getInterfaces().some(({ name }) => name === 'Node'))
  .filter((type) => Object.values(type.getFields()).some(({ args }) => args.length > 0))

describe('bad input causes no unexpected error', () => {
  // A worker checks each published tarball, which is slow; `tests/hostile/tarballs.prove.test.ts` sends bad tarballs.
  it.each(fields.filter(([name]) => name !== 'mutation publishPlugin'))('in %s', async (_name, kind, field) => {
    expect(await sendAll(operations(kind, field))).toEqual([])
  })

  it.each(objects.map((type) => [type.name, type] as const))('in the fields of %s', async (name, type) => {
    expect(ids.has(name)).toBe(true)
    expect(await sendAll(nestedOperations(type))).toEqual([])
  })
})

describe('the error code', () => {
  const NODES = [{ id: 'out', block: 'io/output', inputs: { name: 'copy', value: 'a\0b' } }]

  it.each([
    ['a name with U+0000', 'createGraph', 'CreateGraphInput', { name: 'a\0b', document: DOCUMENT }, ['name']],
    ['a name with an unpaired surrogate', 'createGraph', 'CreateGraphInput', { name: '\ud800', document: DOCUMENT }, ['name']],
    [
      'a name with U+0000 in a file',
      'importGraph',
      'ImportGraphInput',
      { document: { name: '\0', document: DOCUMENT } },
      ['document', 'name'],
    ],
    ['a package name with U+0000', 'uninstallPlugin', 'UninstallPluginInput', { packageName: '\0' }, ['packageName']],
    ['an id with U+0000', 'startExecution', 'StartExecutionInput', { graphId: globalId('Graph', '\0') }, ['graphId']],
  ])('of %s is BAD_INPUT with its path', async (_what, mutation, type, input, path) => {
    const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { errors { __typename code path } } }`
    const { data } = await send({ query, variables: { input } })
    const error = { __typename: 'InvalidInputError', code: 'BAD_INPUT', path: ['input', ...path] }
    expect(data).toEqual({ [mutation]: { errors: [error] } })
  })

  it.each([
    ['which is not base64', '!!'],
    ['which is from another list', cursor('Graph', 'CREATED_AT', 'DESC', UUID, UUID)],
    ['which is from another order', cursor('Execution', 'CREATED_AT', 'ASC', UUID, UUID)],
    ['which contains U+0000', cursor('Execution', 'CREATED_AT', 'DESC', '\0', UUID)],
    ['whose id is not a UUID', cursor('Execution', 'CREATED_AT', 'DESC', UUID, 'x')],
    ['which has no id', cursor('Execution', 'CREATED_AT', 'DESC', UUID)],
    ['which is not a list', globalId('after', UUID)],
  ])('of a cursor %s is BAD_INPUT', async (_what, after) => {
    const answer = await send({
      query: 'query ($after: String) { executions(after: $after) { totalCount } }',
      variables: { after },
    })
    expect(answer).toMatchObject({ errors: [{ extensions: { code: 'BAD_INPUT', path: ['after'] } }] })
  })

  it('does not apply to U+0000 in an input of a block', async () => {
    const query = 'mutation ($d: JSON!) { createGraph(input: { name: "x", document: { json: $d } }) { graph { id } } }'
    const { data } = (await send({ query, variables: { d: { nodes: NODES, links: [] } } })) as {
      data: { createGraph: { graph: { id: string } } }
    }
    const id = Buffer.from(data.createGraph.graph.id, 'base64url').toString().replace('Graph:', '')
    const execution = await runtime.executions.start(runtime.ownerId, { graphId: id, inputs: {} })
    for await (const _event of await runtime.executions.follow(runtime.ownerId, execution.id, 0));
    expect((await runtime.executions.get(runtime.ownerId, execution.id)).outputs).toEqual({ copy: ['a\0b'] })
  })
})
