import type { JsonSchema } from '@ashlar/core'

/** How deep a type is told: what lies below is `object` or `any`, so one that contains itself comes to an end. */
const MAX_DEPTH = 3

/** A JSON Schema as people write types: `string`, `"a" | "b"`, `{ name: string; size?: number }[]`. */
export function tellType(schema: JsonSchema, root: JsonSchema, depth = 0): string {
  const { enum: choices, const: constant, anyOf, oneOf, type, items, properties } = resolve(schema, root)
  if (choices) return choices.map((value) => JSON.stringify(value)).join(' | ')
  if (constant !== undefined) return JSON.stringify(constant)
  if (depth > MAX_DEPTH) return 'any'
  const members = anyOf ?? oneOf
  if (members) return [...new Set(members.map((member) => tellType(member, root, depth + 1)))].join(' | ')
  if (Array.isArray(type)) return type.join(' | ')
  if (type === 'array') return arrayOf(items ? tellType(items, root, depth + 1) : 'any')
  if (type !== 'object') return type ?? 'any'
  return properties && depth < MAX_DEPTH ? tellObject(resolve(schema, root), root, depth) : 'object'
}

function tellObject({ properties = {}, required = [] }: JsonSchema, root: JsonSchema, depth: number): string {
  const fields = Object.entries(properties).map(
    ([name, field]) => `${name}${required.includes(name) ? '' : '?'}: ${tellType(field, root, depth + 1)}`,
  )
  return fields.length > 0 ? `{ ${fields.join('; ')} }` : 'object'
}

function arrayOf(item: string): string {
  return item.includes(' | ') ? `(${item})[]` : `${item}[]`
}

function resolve(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const [, name] = /^#\/\$defs\/(.+)$/.exec(schema.$ref ?? '') ?? []
  return (name !== undefined && root.$defs?.[name]) || schema
}
