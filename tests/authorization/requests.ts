import { randomUUID } from 'node:crypto'
import type { Caller, Runtime } from '@ashlar/core'
import { buildContext, buildSchema } from '@ashlar/schema'
import {
  execute,
  getNamedType,
  isInputObjectType,
  isLeafType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  parse,
  subscribe,
  validate,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
} from 'graphql'

const schema = buildSchema()

type OperationType = 'Query' | 'Mutation' | 'Subscription'
export type Args = Record<string, unknown>

/** A field of Query, Mutation or Subscription. */
export interface Operation {
  /** `Mutation.createGraph` */
  name: string
  type: OperationType
  field: GraphQLField<unknown, unknown>
  /** The fields of the input of a mutation. */
  inputFields: string[]
  /** The scope that it requires. `ANY` for none. */
  scope: string
}

/** Every operation of the schema. */
export const OPERATIONS: readonly Operation[] = [
  schema.getQueryType(),
  schema.getMutationType(),
  schema.getSubscriptionType(),
].flatMap((parent) =>
  Object.values(parent?.getFields() ?? {}).map((field) => ({
    name: `${parent?.name}.${field.name}`,
    type: parent?.name as OperationType,
    field,
    inputFields: inputFieldsOf(field),
    scope: String(field.extensions.scope),
  })),
)

function inputFieldsOf({ args: [input] }: GraphQLField<unknown, unknown>): string[] {
  const type = input && getNamedType(input.type)
  return isInputObjectType(type) ? Object.keys(type.getFields()) : []
}

export interface Answer {
  /** The codes of its errors. `INTERNAL` for an unexpected error. */
  codes: string[]
  /** Whether the operation returned something: an object, or a payload without errors. */
  hasResult: boolean
  /** The whole answer, in which the ids of the arguments are replaced by their places. */
  text: string
}

/** Sends an operation. The arguments of a mutation are the fields of its `input`. */
export async function send(runtime: Runtime, caller: Caller, operation: Operation, args: Args): Promise<Answer> {
  const { field, type } = operation
  const { source, variables: variableValues } = toRequest(operation, args, select(field.type))
  const document = parse(source)
  const faults = validate(schema, document)
  if (faults.length > 0) throw new Error(faults.join('\n'))
  const contextValue = buildContext({ runtime, caller, redirectUri: 'http://127.0.0.1/authorize' })
  const request = { schema, document, variableValues, contextValue }
  const result = type === 'Subscription' ? await subscribe(request) : await execute(request)
  if (Symbol.asyncIterator in result) {
    await result.return?.(undefined)
    return { codes: [], hasResult: true, text: 'subscribed' }
  }
  const data = (result.data as Record<string, { errors?: { code: string }[] } | unknown[] | null> | null | undefined)?.[
    field.name
  ]
  const codes = [
    ...(result.errors ?? []).map((error) => String((error.cause as { code?: string } | undefined)?.code ?? 'INTERNAL')),
    ...((data && 'errors' in data && data.errors?.map(({ code }) => code)) || []),
  ]
  const errors = result.errors?.map(({ message, path, cause }) => ({ message, path, code: (cause as Args | undefined)?.code }))
  const isEmpty = data == null || (Array.isArray(data) && data.length > 0 && data.every((item) => item === null))
  return { codes, hasResult: !isEmpty && codes.length === 0, text: maskIds(JSON.stringify({ data, errors }), args) }
}

/** @param selection the fields to select, with braces */
function toRequest({ type, field }: Operation, args: Args, selection: string): { source: string; variables: Args } {
  const isInput = type === 'Mutation' && field.args.length > 0
  const variables = isInput ? { input: args } : args
  const used = field.args.filter(({ name }) => name in variables)
  const source = `${type.toLowerCase()}${list(used.map((arg) => `$${arg.name}: ${String(arg.type)}`))} {
      ${field.name}${list(used.map(({ name }) => `${name}: $${name}`))} ${selection} }`
  return { source, variables }
}

/** A request over HTTP that selects everything that an operation returns, three levels deep, with two items a list. */
export function toHttpBody(operation: Operation, args: Args): string {
  const page = operation.field.args.some(({ name }) => name === 'first') ? { first: 2 } : {}
  const { source, variables } = toRequest(operation, { ...args, ...page }, selectDeep(operation.field.type, 3))
  return JSON.stringify({ query: source, variables })
}

function selectDeep(type: GraphQLOutputType, depth: number): string {
  const named = getNamedType(type)
  if (isLeafType(named)) return ''
  if (!isObjectType(named)) return '{ __typename }'
  const fields = Object.values(named.getFields()).filter(({ args }) => args.every((arg) => !isRequiredArgument(arg)))
  const selected = fields.map((field) => {
    if (isLeafType(getNamedType(field.type))) return field.name
    if (field.name === 'errors') return 'errors { code message path }'
    const isPart = field.name === 'edges' || field.name === 'node'
    const page = field.args.some(({ name }) => name === 'first') ? '(first: 2)' : ''
    return isPart || depth > 1 ? `${field.name}${page} ${selectDeep(field.type, isPart ? depth : depth - 1)}` : ''
  })
  return `{ __typename ${selected.join(' ')} }`
}

/** Sends a query that must succeed. @returns its data */
export async function query(runtime: Runtime, caller: Caller, source: string, variableValues: Args): Promise<unknown> {
  const result = await execute({
    schema,
    document: parse(source),
    variableValues,
    contextValue: buildContext({ runtime, caller }),
  })
  if (!('data' in result) || result.errors) throw new Error(JSON.stringify(result))
  return result.data
}

function list(items: readonly string[]): string {
  return items.length === 0 ? '' : `(${items.join(', ')})`
}

/** Selects what proves that the operation returned something. Lists in objects have their own scopes. */
function select(type: GraphQLOutputType): string {
  const named = getNamedType(type)
  if (isLeafType(named)) return ''
  if (!isObjectType(named)) return '{ __typename }'
  const fields = Object.values(named.getFields())
  const made = named.name.endsWith('Payload') ? fields.map(selectMade) : []
  return `{ __typename ${[...fields.map(selectField), ...made].join(' ')} }`
}

function selectField(field: GraphQLField<unknown, unknown>): string {
  const named = getNamedType(field.type)
  if (field.name === 'errors') return 'errors { code message path }'
  if (field.name === 'secret' || field.name === 'token') return field.name
  if (field.name === 'edges') return `edges { node { ${nodeOf(named as GraphQLObjectType)} } }`
  if (field.name === 'id' || (isLeafType(named) && isNonNullType(field.type) && field.args.length === 0)) return field.name
  return ''
}

/** Selects an object that a mutation has made. */
function selectMade({ name, type }: GraphQLField<unknown, unknown>): string {
  const named = getNamedType(type)
  return isObjectType(named) && 'id' in named.getFields() ? `${name} { id }` : ''
}

function nodeOf(edge: GraphQLObjectType): string {
  const node = getNamedType(edge.getFields().node?.type)
  return isObjectType(node) && 'id' in node.getFields() ? 'id' : '__typename'
}

export function encodeId(type: string, id: string): string {
  return Buffer.from(`${type}:${id}`).toString('base64url')
}

/** The decoded global ids of arguments, with a UUID each. */
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** Replaces each global id in arguments. */
export function mapIds(value: unknown, replace: (globalId: string) => string): unknown {
  if (typeof value === 'string') return isGlobalId(value) ? replace(value) : value
  if (Array.isArray(value)) return value.map((item) => mapIds(item, replace))
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapIds(item, replace)]))
}

function isGlobalId(text: string): boolean {
  return /^[A-Za-z]+:/.test(decode(text)) && new RegExp(UUID.source).test(decode(text))
}

function decode(globalId: string): string {
  return Buffer.from(globalId, 'base64url').toString()
}

/** The same arguments with ids that no object has. */
export function toUnknown(args: Args): Args {
  return mapIds(args, (id) => Buffer.from(decode(id).replaceAll(UUID, () => randomUUID())).toString('base64url')) as Args
}

function maskIds(text: string, args: Args): string {
  let masked = text
  let count = 0
  mapIds(args, (id) => {
    const place = `<id ${count++}>`
    masked = masked.replaceAll(id, place)
    for (const uuid of decode(id).match(UUID) ?? []) masked = masked.replaceAll(uuid, place)
    return id
  })
  return masked
}
