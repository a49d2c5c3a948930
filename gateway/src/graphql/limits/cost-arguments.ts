import { minJsonLength } from '@ashlar/core'
import { valueFromASTUntyped, type FieldNode, type GraphQLField, type VariableDefinitionNode } from 'graphql'
import type { BulkModel } from './field-cost.ts'

/** The variables of an operation: their values in the request, and their definitions. */
export interface Variables {
  given: Readonly<Record<string, unknown>>
  definitions: readonly VariableDefinitionNode[]
}

const DEFAULT_PAGE_SIZE = 20
const MAX_PAGE_SIZE = 100
/** The largest `limit` that mutations accept. */
const MAX_BULK_SIZE = 1000

/** The page size that a field requests. A resolver rejects a size that is out of range. */
export function readPageSize(node: FieldNode, { args }: GraphQLField<unknown, unknown>, variables: Variables): number {
  const declared: unknown = args.find(({ name }) => name === 'first')?.default?.value
  const value = readArgument(node, 'first', variables) ?? declared ?? DEFAULT_PAGE_SIZE
  return toSize(value, MAX_PAGE_SIZE)
}

/** The number of objects that a mutation may change: `input.limit`, or the longest list of ids in `input`. */
export function readBulkSize(node: FieldNode, { limit, ids }: BulkModel, variables: Variables): number {
  const input = (readArgument(node, 'input', variables) ?? {}) as Readonly<Record<string, unknown>>
  const lengths = ids.map((name) => lengthOf(input[name]))
  return Math.max(...lengths, limit === undefined ? 0 : toSize(input['limit'] ?? limit.default, MAX_BULK_SIZE))
}

function toSize(value: unknown, max: number): number {
  const size = Number(value)
  return Number.isNaN(size) ? max : Math.min(Math.max(size, 0), max)
}

/** The number of items of an argument that is a list. */
export function readListLength(node: FieldNode, argument: string, variables: Variables): number {
  return lengthOf(readArgument(node, argument, variables))
}

/** The characters of a graph document, as JSON, that cost 1. Most nodes and links have about as many. */
const DOCUMENT_CHARS = 100
/** What a document costs in any case: it may contain code, which is compiled. */
const BASE_DOCUMENT_COST = 500
/** So that an operation can contain each document that is allowed. */
const MAX_DOCUMENT_COST = 15_000

/** The cost of the graph document in an argument. @param path from the arguments to the document */
export function readDocumentCost(node: FieldNode, [argument = '', ...path]: readonly string[], variables: Variables): number {
  const given = path.reduce(readMember, readArgument(node, argument, variables))
  const cost = BASE_DOCUMENT_COST + minJsonLength(given, DOCUMENT_CHARS * MAX_DOCUMENT_COST) / DOCUMENT_CHARS
  return Math.min(cost, MAX_DOCUMENT_COST)
}

function readMember(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

/** A single id counts as a list of one. */
function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 1
}

function readArgument({ arguments: given = [] }: FieldNode, name: string, variables: Variables): unknown {
  const value = given.find((each) => each.name.value === name)?.value
  return value && valueFromASTUntyped(value, withDefaults(variables))
}

function withDefaults({ given, definitions }: Variables): Record<string, unknown> {
  const defaults = definitions.flatMap(({ variable, defaultValue }) =>
    defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)] as const] : [],
  )
  return { ...Object.fromEntries(defaults), ...given }
}
