import { unionMembers, type JsonSchema } from './json-schema.ts'

/** The kinds of pins, for lists and filters. The JSON schema of a pin is its exact type. */
export const PIN_KINDS = [
  'TEXT',
  'CHOICE',
  'NUMBER',
  'INTEGER',
  'BOOLEAN',
  'DATE',
  'TIME',
  'DATE_TIME',
  'LIST',
  'OBJECT',
  'UNION',
  'ANY',
] as const

export type PinKind = (typeof PIN_KINDS)[number]

/**
 * Returns the kind of a pin. `null` does not count: a text or null is `TEXT`. A pin that accepts values of several
 * kinds is a `UNION`.
 *
 * @param root the schema that contains the `$defs` to which `schema` refers
 */
export function toPinKind(schema: JsonSchema, root: JsonSchema): PinKind {
  const [only = 'ANY', second] = listKinds(schema, root)
  return second === undefined ? only : 'UNION'
}

/** Whether a pin is of a kind. A pin of several kinds is a `UNION` and of each of them. */
export function isPinKind(kind: PinKind, schema: JsonSchema, root: JsonSchema): boolean {
  const kinds = listKinds(schema, root)
  return kind === 'UNION' ? kinds.size > 1 : kinds.has(kind)
}

function listKinds(schema: JsonSchema, root: JsonSchema): Set<PinKind> {
  const kinds = unionMembers(schema, root)
    .filter(({ type, const: constant }) => type !== 'null' && constant !== null)
    .map(toKind)
  return new Set(kinds.length === 0 || kinds.includes('ANY') ? ['ANY'] : kinds)
}

/** @param member not a union */
function toKind({ type, format, enum: choices, const: constant }: JsonSchema): PinKind {
  if (choices !== undefined || constant !== undefined) return 'CHOICE'
  if (type === 'string') return TEXT_FORMATS[String(format)] ?? 'TEXT'
  return TYPES[String(type)] ?? 'ANY'
}

const TEXT_FORMATS: Readonly<Record<string, PinKind>> = { date: 'DATE', time: 'TIME', 'date-time': 'DATE_TIME' }
const TYPES: Readonly<Record<string, PinKind>> = {
  number: 'NUMBER',
  integer: 'INTEGER',
  boolean: 'BOOLEAN',
  array: 'LIST',
  object: 'OBJECT',
}
