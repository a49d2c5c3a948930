import type { JsonSchema } from './json-schema.ts'

/** Maximum depth. Deeper types are `object` or `any`, so that a recursive type ends. */
const MAX_DEPTH = 3
/** Maximum number of types in one text. Types after the limit are `any`, so that a text stays readable. */
const MAX_TYPES = 40
/** Maximum number of characters. A longer text is replaced by that of the outermost type. */
const MAX_LENGTH = 1000

/** A schema that contains the `$defs` of a type, and the number of types that the text may still contain. */
interface Scope {
  root: JsonSchema
  left: number
}

/**
 * Formats a JSON Schema as a TypeScript type: `string`, `"a" | "b"`, `{ name: string; size?: number }[]`.
 *
 * @param root the schema that contains the `$defs` to which `schema` refers
 */
export function formatType(schema: JsonSchema, root: JsonSchema): string {
  const text = format(schema, { root, left: MAX_TYPES }, 0)
  return text.length > MAX_LENGTH ? format(schema, { root, left: 1 }, 0) : text
}

function format(schema: JsonSchema, scope: Scope, depth: number): string {
  const { enum: choices, const: constant, anyOf, oneOf, type, ...rest } = resolve(schema, scope.root)
  if (scope.left-- <= 0) return 'any'
  if (choices) return formatChoices(choices, scope)
  if (constant !== undefined) return formatChoices([constant], scope)
  if (depth > MAX_DEPTH) return 'any'
  const members = anyOf ?? oneOf
  if (members) return formatUnion(members.map((member) => format(member, scope, depth + 1)))
  if (Array.isArray(type)) return formatUnion(type.map(formatSimple))
  if (type === 'array') return formatArray(rest.items ? format(rest.items, scope, depth + 1) : 'any')
  if (type !== 'object') return formatSimple(type)
  return depth < MAX_DEPTH ? formatObject(rest, scope, depth) : 'object'
}

/** TypeScript has no type of whole numbers. */
function formatSimple(type = 'any'): string {
  return type === 'integer' ? 'number' : type
}

function formatUnion(members: readonly string[]): string {
  return members.includes('any') ? 'any' : [...new Set(members)].join(' | ')
}

function formatChoices(choices: readonly unknown[], scope: Scope): string {
  const shown = choices.slice(0, scope.left).map((value) => JSON.stringify(value))
  scope.left -= shown.length
  return [...shown, ...(shown.length < choices.length ? ['any'] : [])].join(' | ')
}

function formatObject({ properties = {}, required = [], additionalProperties }: JsonSchema, scope: Scope, depth: number): string {
  const fields = Object.entries(properties).slice(0, scope.left)
  if (fields.length === 0) return formatRecord(additionalProperties, scope, depth)
  const texts = fields.map(
    ([name, field]) => `${formatKey(name)}${required.includes(name) ? '' : '?'}: ${format(field, scope, depth + 1)}`,
  )
  return `{ ${texts.join('; ')} }`
}

function formatRecord(member: JsonSchema['additionalProperties'], scope: Scope, depth: number): string {
  const type = typeof member === 'object' ? format(member, scope, depth + 1) : 'any'
  return type === 'any' ? 'object' : `Record<string, ${type}>`
}

function formatKey(name: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? name : JSON.stringify(name)
}

function formatArray(item: string): string {
  return item.includes(' | ') ? `(${item})[]` : `${item}[]`
}

function resolve(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const [, name] = /^#\/\$defs\/(.+)$/.exec(schema.$ref ?? '') ?? []
  return (name !== undefined && root.$defs?.[name]) || schema
}
