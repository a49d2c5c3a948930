import { Kind, valueFromASTUntyped, type FieldNode, type GraphQLField, type VariableDefinitionNode } from 'graphql'

/** The variables of an operation: their values in the request, and their definitions. */
export interface Variables {
  given: Readonly<Record<string, unknown>>
  definitions: readonly VariableDefinitionNode[]
}

const DEFAULT_PAGE_SIZE = 20
const MAX_PAGE_SIZE = 100

/** The page size that a field requests. A resolver rejects a size that is out of range. */
export function readPageSize(node: FieldNode, { args }: GraphQLField<unknown, unknown>, variables: Variables): number {
  const declared: unknown = args.find(({ name }) => name === 'first')?.default?.value
  const value = readArgument(node, 'first', variables) ?? declared ?? DEFAULT_PAGE_SIZE
  const size = Number(value)
  return Number.isNaN(size) ? MAX_PAGE_SIZE : Math.min(Math.max(size, 0), MAX_PAGE_SIZE)
}

/** The number of items of an argument that is a list. */
export function readListLength(node: FieldNode, argument: string, variables: Variables): number {
  const value = readArgument(node, argument, variables)
  return Array.isArray(value) ? value.length : 1
}

function readArgument({ arguments: given = [] }: FieldNode, name: string, { given: values, definitions }: Variables): unknown {
  const value = given.find((each) => each.name.value === name)?.value
  if (!value) return undefined
  if (value.kind !== Kind.VARIABLE) return valueFromASTUntyped(value, values)
  const variable = value.name.value
  if (Object.hasOwn(values, variable)) return values[variable]
  const defaultValue = definitions.find((each) => each.variable.name.value === variable)?.defaultValue
  return defaultValue && valueFromASTUntyped(defaultValue)
}
