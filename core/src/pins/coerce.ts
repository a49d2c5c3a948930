import { deferredItemTypes, type JsonType } from '../base/index.ts'
import { parseJson, parseNumber, toJsonNumber, type JsonNumber } from '@ashlar/sdk/json'
import { unionMembers, type JsonSchema } from './json-schema.ts'

type Coerce = (value: unknown) => unknown

/** Never converts a value of the kept types. These do not include numbers, because a number may be a bigint. */
type TypedCoerce = Coerce & { keptTypes: ReadonlySet<JsonType> }

/**
 * Compiles the function that converts a value to the type of a pin. Source: execution semantics, rule 8.
 *
 * - To a list: JSON array text is parsed, an object becomes [key, value] pairs, a scalar is wrapped.
 * - To an object: JSON text is parsed, a list becomes index → value, any other value becomes `{ value }`.
 * - To a text: lists and objects become JSON text.
 * - To a number: numeric text is parsed with all its digits, a list or an object gives its length, a number that is too
 *   large stays a text, anything else becomes 0.
 * - To a boolean: of all texts, only "true" and "1" become true.
 * - To a union: the first member that accepts the value, otherwise the first member that is not null.
 *
 * Items of lists and members of dictionaries are converted in the same way.
 *
 * @returns undefined if no value ever needs a conversion
 */
export function compileCoercion(schema: JsonSchema, root: JsonSchema = schema, depth = 0): TypedCoerce | undefined {
  const members = unionMembers(schema, root)
  if (depth > 8 || members.some((member) => typeof member.type !== 'string')) return undefined
  const fits = members.map((member) => TYPE_TESTS[member.type as string] ?? (() => true))
  const target = members.find((member) => member.type !== 'null')
  const convert = target && CONVERSIONS[target.type as string]
  const inside = members.map((member) => compileInside(member, root, depth))
  const coerce: Coerce = (value) => {
    if (value === null) return value
    const i = members.findIndex((member, i) => fits[i]?.(value, member))
    if (i >= 0) return inside[i]?.(value) ?? value
    const converted = convert?.(value) ?? value
    const at = target ? members.indexOf(target) : -1
    const isConverted = target && fits[at]?.(converted, target)
    return (isConverted ? inside[at]?.(converted) : undefined) ?? converted
  }
  return Object.assign(coerce, { keptTypes: keptTypes(members, inside) })
}

/** @param inside by member: how it converts the parts of a value, if it converts any */
function keptTypes(members: readonly JsonSchema[], inside: readonly unknown[]): Set<JsonType> {
  const keeps = (type: string): boolean => members.every((member, i) => member.type !== type || !inside[i])
  const accepted = (['boolean', 'string', 'array', 'object'] as const).filter((type) =>
    members.some((each) => each.type === type),
  )
  return new Set<JsonType>(['null', ...accepted.filter(keeps)])
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * A bigint fits only an integer without a maximum. A bigint that a number represents exactly is converted to a number.
 */
const TYPE_TESTS: Record<string, (value: unknown, schema: JsonSchema) => boolean> = {
  null: (value) => value === null,
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: (value, { maximum }) => Number.isInteger(value) || (typeof value === 'bigint' && maximum === undefined),
  boolean: (value) => typeof value === 'boolean',
  array: Array.isArray,
  object: isObject,
}

const CONVERSIONS: Record<string, Coerce> = {
  string: (value) => (typeof value === 'object' ? JSON.stringify(value) : String(value)),
  number: toNumber,
  integer: (value) => truncate(toNumber(value)),
  boolean: (value) => (typeof value === 'string' ? ['true', '1'].includes(value.toLowerCase()) : Boolean(value)),
  array: toList,
  object: toObject,
}

/** Converts a value of another type to a type. Does not convert the items of a list or the members of an object. */
export function convertTo(type: string, value: unknown): unknown {
  return CONVERSIONS[type]?.(value) ?? value
}

function truncate(value: unknown): unknown {
  return typeof value === 'number' ? Math.trunc(value) : value
}

/** Returns the text itself if its number is too large. The input validation of the block rejects such a text. */
function toNumber(value: unknown): unknown {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return toJsonNumber(value)
  if (typeof value === 'boolean') return Number(value)
  if (Array.isArray(value)) return value.length
  if (isObject(value)) return Object.keys(value).length
  return typeof value === 'string' ? (readNumber(value) ?? 0) : 0
}

/** Returns undefined for a text that is not a number, and the text itself if its number is too large. */
export function readNumber(text: string): JsonNumber | string | undefined {
  if (text.trim() === '') return undefined
  try {
    const parsed = parseNumber(text) ?? Number(text)
    return typeof parsed === 'bigint' || Number.isFinite(parsed) ? parsed : undefined
  } catch {
    return text
  }
}

function toList(value: unknown): unknown {
  const parsed = typeof value === 'string' ? tryParse(value) : value
  if (Array.isArray(parsed) || isTooLarge(parsed, value)) return parsed
  return isObject(value) ? Object.entries(value) : [value]
}

function toObject(value: unknown): unknown {
  const parsed = typeof value === 'string' ? tryParse(value) : value
  if (isObject(parsed) || isTooLarge(parsed, value)) return parsed
  return Array.isArray(parsed) ? Object.fromEntries(parsed.entries()) : { value }
}

/** Returns undefined for a text that is not JSON, and the text itself if it is JSON with a number that is too large. */
export function tryParse(text: string): unknown {
  try {
    return parseJson(text)
  } catch (error) {
    return error instanceof RangeError ? text : undefined
  }
}

/**
 * No JSON text parses to itself, so equality means that {@link tryParse} returned the text. The block rejects it
 * because of its type.
 */
function isTooLarge(parsed: unknown, value: unknown): boolean {
  return typeof value === 'string' && parsed === value
}

/** Compiles the coercion of the items of a list or the members of a dictionary. Returns undefined if none is needed. */
function compileInside(schema: JsonSchema, root: JsonSchema, depth: number): Coerce | undefined {
  if (schema.type === 'array' && schema.items) {
    const item = compileCoercion(schema.items, root, depth + 1)
    return item && ((value) => mapChanged(value as unknown[], item))
  }
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object' && !schema.properties) {
    const member = compileCoercion(schema.additionalProperties, root, depth + 1)
    return member && ((value) => Object.fromEntries(Object.entries(value as object).map(([key, each]) => [key, member(each)])))
  }
  return undefined
}

/** Returns the list itself if no item changes, so that a deferred list stays its text. */
function mapChanged(values: unknown[], item: TypedCoerce): unknown[] {
  if (deferredItemTypes(values)?.isSubsetOf(item.keptTypes)) return values
  const mapped = values.map(item)
  return mapped.every((each, i) => Object.is(each, values[i])) ? values : mapped
}
