import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql'

/** Finds every place where a schema breaks the conventions of `docs/graphql.md`: `Type.field: what is wrong`. */
export function findConventionFaults(schema: GraphQLSchema): string[] {
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'))
  return [
    ...types.flatMap(descriptionFaults),
    ...types.flatMap(deprecationFaults),
    ...types.filter(isObjectType).flatMap((type) => fieldFaults(type, schema)),
    ...mutationFaults(schema),
    ...types.filter((type) => type.name.endsWith('Connection')).flatMap((type) => connectionFaults(type, schema)),
  ]
}

interface Described {
  description?: string | null | undefined
}

function descriptionFaults(type: GraphQLNamedType): string[] {
  if (isSpecifiedScalarType(type)) return []
  return listElements(type)
    .filter(([, { description }]) => !description?.trim())
    .map(([place]) => `${place}: has no description`)
}

type Element = [place: string, Described & { deprecationReason?: string | null | undefined }]

/** The type, its fields and their arguments, or its values, each with its place. */
function listElements(type: GraphQLNamedType): Element[] {
  return [[type.name, type], ...listParts(type)]
}

function listParts(type: GraphQLNamedType): Element[] {
  const { name } = type
  if (isEnumType(type)) return type.getValues().map((value) => [`${name}.${value.name}`, value])
  if (isInputObjectType(type)) return Object.values(type.getFields()).map((field) => [`${name}.${field.name}`, field])
  if (!isObjectType(type) && !isInterfaceType(type)) return []
  return Object.values(type.getFields()).flatMap((field) => [
    [`${name}.${field.name}`, field],
    ...field.args.map((arg): Element => [`${name}.${field.name}(${arg.name})`, arg]),
  ])
}

function deprecationFaults(type: GraphQLNamedType): string[] {
  return listElements(type)
    .filter(([, { deprecationReason }]) => deprecationReason != null && !/\b\d{4}-\d{2}-\d{2}\b/.test(deprecationReason))
    .map(([place]) => `${place}: the reason of its deprecation has no date`)
}

/** A field that loads something can fail. It is nullable, so that its failure leaves the rest of the answer intact. */
function fieldFaults(type: GraphQLObjectType, schema: GraphQLSchema): string[] {
  return Object.values(type.getFields()).flatMap((field) => {
    const place = `${type.name}.${field.name}`
    const faults = []
    if (field.name === 'node' && !type.name.endsWith('Edge') && type !== schema.getQueryType())
      faults.push(`${place}: the key of a node in a graph is named "nodeId"`)
    if (isNonNullType(field.type) && !MAY_BE_NON_NULL.has(place) && canFail(type, field))
      faults.push(`${place}: loads an object, so it must be nullable`)
    if (isUnionType(getNamedType(field.type))) faults.push(`${place}: returns a union; payloads have "errors"`)
    return faults
  })
}

/** It is already loaded. */
const MAY_BE_NON_NULL = new Set(['Viewer.user'])

function canFail(type: GraphQLObjectType, field: GraphQLField<unknown, unknown>): boolean {
  if (type.name.endsWith('Edge') || type.name === 'Subscription') return false
  const target = getNamedType(field.type)
  const isNode = isObjectType(target) && target.getInterfaces().some(({ name }) => name === 'Node')
  const isList = isListType(getNullableType(field.type))
  return field.args.length > 0 || target.name.endsWith('Connection') || (isNode && !isList)
}

function mutationFaults(schema: GraphQLSchema): string[] {
  return Object.values(schema.getMutationType()?.getFields() ?? {}).flatMap((field) => {
    const name = `${field.name.charAt(0).toUpperCase()}${field.name.slice(1)}`
    const payload = getNamedType(field.type)
    const faults: string[] = []
    const input = field.args[0]
    if (field.args.length > 1 || (input && (input.name !== 'input' || String(input.type) !== `${name}Input!`)))
      faults.push(`Mutation.${field.name}: takes exactly one argument, input: ${name}Input!`)
    if (String(field.type) !== `${name}Payload` || !isObjectType(payload))
      return [...faults, `Mutation.${field.name}: returns the nullable type ${name}Payload`]
    const fields = payload.getFields()
    if (String(fields.errors?.type) !== '[Error!]!') faults.push(`${payload.name}.errors: has the type [Error!]!`)
    return [...faults, ...Object.values(fields).flatMap((each) => payloadFieldFaults(payload, each, schema))]
  })
}

function payloadFieldFaults(payload: GraphQLObjectType, field: GraphQLField<unknown, unknown>, schema: GraphQLSchema): string[] {
  if (field.name === 'errors') return []
  const place = `${payload.name}.${field.name}`
  const faults = isNonNullType(field.type) ? [`${place}: is null after a failure`] : []
  const type = getNamedType(field.type)
  const hasLists = schema.getType(`${type.name}Edge`) !== undefined && !isListType(getNullableType(field.type))
  const isDeleted = Object.keys(payload.getFields()).some((name) => name.startsWith('deleted'))
  if (hasLists && !isDeleted && !(`${field.name}Edge` in payload.getFields()))
    faults.push(`${place}: lists of ${type.name} exist, so the payload has ${field.name}Edge`)
  return faults
}

/** Every list has the same arguments and names its types after its items. */
function connectionFaults(connection: GraphQLNamedType, schema: GraphQLSchema): string[] {
  if (!isObjectType(connection)) return []
  const item = connection.name.slice(0, -'Connection'.length)
  const edges = String(connection.getFields().edges?.type)
  const faults = edges === `[${item}Edge!]!` ? [] : [`${connection.name}.edges: has the type [${item}Edge!]!, not ${edges}`]
  const uses = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) => Object.values(type.getFields()).map((field) => ({ place: `${type.name}.${field.name}`, field })))
    .filter(({ field }) => getNamedType(field.type) === connection)
  return [...faults, ...uses.flatMap(({ place, field }) => argumentFaults(place, field.args, item))]
}

function argumentFaults(place: string, args: readonly GraphQLArgument[], item: string): string[] {
  const expected: Record<string, string> = { first: 'Int', after: 'String', filter: `${item}Filter`, orderBy: `${item}Order` }
  const missing = Object.entries(expected).filter(([name, type]) => String(args.find((arg) => arg.name === name)?.type) !== type)
  const page = args.filter(({ name }) => name === 'last' || name === 'before')
  return [
    ...missing.map(([name, type]) => `${place}: has no argument ${name}: ${type}`),
    ...page.map(({ name }) => `${place}: has the argument ${name}; lists are read forward`),
  ]
}
