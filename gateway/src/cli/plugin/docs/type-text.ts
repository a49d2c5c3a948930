import type { JsonSchema } from '@ashlar/core'

/** Maximum depth. Deeper types are `object` or `any`, so that a recursive type ends. */
const MAX_DEPTH = 3

/** Formats a JSON Schema as a TypeScript type: `string`, `"a" | "b"`, `{ name: string; size?: number }[]`. */
export function formatType(schema: JsonSchema, root: JsonSchema, depth = 0): string {
  const { enum: choices, const: constant, anyOf, oneOf, type, items, properties } = resolve(schema, root)
  if (choices) return choices.map((value) => JSON.stringify(value)).join(' | ')
  if (constant !== undefined) return JSON.stringify(constant)
  if (depth > MAX_DEPTH) return 'any'
  const members = anyOf ?? oneOf
  if (members) return [...new Set(members.map((member) => formatType(member, root, depth + 1)))].join(' | ')
  if (Array.isArray(type)) return type.join(' | ')
  if (type === 'array') return formatArray(items ? formatType(items, root, depth + 1) : 'any')
  if (type !== 'object') return type ?? 'any'
  return properties && depth < MAX_DEPTH ? formatObject(resolve(schema, root), root, depth) : 'object'
}

function formatObject({ properties = {}, required = [] }: JsonSchema, root: JsonSchema, depth: number): string {
  const fields = Object.entries(properties).map(
    ([name, field]) => `${name}${required.includes(name) ? '' : '?'}: ${formatType(field, root, depth + 1)}`,
  )
  return fields.length > 0 ? `{ ${fields.join('; ')} }` : 'object'
}

function formatArray(item: string): string {
  return item.includes(' | ') ? `(${item})[]` : `${item}[]`
}

function resolve(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const [, name] = /^#\/\$defs\/(.+)$/.exec(schema.$ref ?? '') ?? []
  return (name !== undefined && root.$defs?.[name]) || schema
}
