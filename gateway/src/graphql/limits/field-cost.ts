import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isInputObjectType,
  isIntrospectionType,
  isListType,
  isScalarType,
  GraphQLID,
  valueFromASTUntyped,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLType,
} from 'graphql'

/** What a schema may set as `extensions.cost` of a field. */
interface FieldCost {
  /** The cost of one value of the field, without the fields below it. */
  weight?: number
  /** The assumed number of items of a list that is not paged. */
  size?: number
}

/** How the cost of a field is calculated: `size × (weight + the cost of its selection)`. */
export interface FieldModel {
  weight: number
  /** The number of items; undefined for `paged`, `pages` and `ids`. */
  size: number
  /** The list below this field has as many items as the argument `first`. */
  pages: boolean
  /** The list has one item for each id in this argument. */
  idsArgument?: string
  /** The path in the arguments to a graph document or a graph file, which the field checks. */
  document?: readonly string[]
  /** The field is a mutation of many objects. The lists of its payload have as many items. */
  bulk?: BulkModel
}

/** The fields of `input` that determine the number of objects that a mutation changes. */
export interface BulkModel {
  /** Undefined if the input has no `limit`. */
  limit: { default: unknown } | undefined
  /** Lists of ids. */
  ids: readonly string[]
}

/** The cost of an object, an interface or a union. */
const OBJECT_WEIGHT = 1
/** The cost of a scalar or enum value. */
const LEAF_WEIGHT = 0.1
/** The cost of a JSON value, which may be large. */
const JSON_WEIGHT = 2
/** The share of the cost of an object that an object of the introspection has: it is in memory. */
const INTROSPECTION_SHARE = 0.02
const LIST_SIZE = 10
/** The assumed number of items of the lists of the introspection. */
const INTROSPECTION_SIZES: Readonly<Record<string, number>> = { types: 250, fields: 8, directives: 6 }
const INTROSPECTION_SIZE = 3

/** Reads the model of a field from its type and its `extensions.cost`. */
export function modelOf(parent: GraphQLType, field: GraphQLField<unknown, unknown>): FieldModel {
  const { weight, size } = (field.extensions['cost'] ?? {}) as FieldCost
  const named = getNamedType(field.type)
  const introspects = isIntrospectionType(named) || isIntrospectionType(getNamedType(parent))
  const pages = field.args.some(({ name }) => name === 'first')
  const ids = field.args.find(({ type }) => isIds(type))
  const isObjectList = isListType(getNullableType(field.type)) && isCompositeType(named)
  return {
    weight: weight ?? defaultWeight(field) * (introspects ? INTROSPECTION_SHARE : 1),
    size: size ?? (isObjectList ? (introspects ? (INTROSPECTION_SIZES[field.name] ?? INTROSPECTION_SIZE) : LIST_SIZE) : 1),
    pages,
    ...bulkOf(field),
    ...documentOf(field),
    ...(isObjectList && ids && size === undefined && { idsArgument: ids.name }),
  }
}

function bulkOf({ args }: GraphQLField<unknown, unknown>): Pick<FieldModel, 'bulk'> {
  const input = getNamedType(args.find(({ name }) => name === 'input')?.type)
  if (!isInputObjectType(input)) return {}
  const { limit, ...others } = input.getFields()
  const ids = Object.values(others).filter(({ type }) => isIds(type))
  if (!limit && ids.length === 0) return {}
  return { bulk: { limit: limit && { default: readDefault(limit) }, ids: ids.map(({ name }) => name) } }
}

function documentOf({ args }: GraphQLField<unknown, unknown>): Pick<FieldModel, 'document'> {
  if (args.some(isDocument)) return { document: [DOCUMENT] }
  const input = getNamedType(args.find(({ name }) => name === 'input')?.type)
  return isInputObjectType(input) && Object.values(input.getFields()).some(isDocument) ? { document: ['input', DOCUMENT] } : {}
}

const DOCUMENT = 'document'

function isDocument({ name, type }: GraphQLArgument | GraphQLInputField): boolean {
  return name === DOCUMENT && ['GraphDocumentInput', 'JSON'].includes(String(getNamedType(type)))
}

function readDefault({ default: given }: GraphQLInputField): unknown {
  return given?.literal ? valueFromASTUntyped(given.literal) : given?.value
}

function isIds(type: GraphQLInputType): boolean {
  return isListType(getNullableType(type)) && getNamedType(type) === GraphQLID
}

function defaultWeight({ name, type }: GraphQLField<unknown, unknown>): number {
  const named = getNamedType(type)
  if (isCompositeType(named)) return name === 'edges' ? 0 : OBJECT_WEIGHT // its node counts
  return isScalarType(named) && named.name === 'JSON' ? JSON_WEIGHT : LEAF_WEIGHT
}
