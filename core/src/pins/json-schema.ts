/** The part of JSON Schema 2020-12 that the host interprets. The sandbox validates the rest. */
export interface JsonSchema {
  $ref?: string
  $defs?: Record<string, JsonSchema>
  type?: string | string[]
  title?: string
  description?: string
  default?: unknown
  enum?: unknown[]
  const?: unknown
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  allOf?: JsonSchema[]
  items?: JsonSchema
  properties?: Record<string, JsonSchema>
  additionalProperties?: JsonSchema | boolean
  required?: string[]
  [keyword: string]: unknown
}

/** Returns the schema of a member, which may have the name of a member of all objects, such as `constructor`. */
export function findProperty({ properties }: JsonSchema, name: string): JsonSchema | undefined {
  return properties && Object.hasOwn(properties, name) ? properties[name] : undefined
}

/** Follows `$ref: '#/$defs/…'` within `root`. */
export function resolveSchema(schema: JsonSchema, root: JsonSchema): JsonSchema {
  let resolved = schema
  for (let hops = 0; resolved.$ref !== undefined && hops < 16; hops++) {
    const name = /^#\/\$defs\/(.+)$/.exec(resolved.$ref)?.[1]
    resolved = (name === undefined ? undefined : root.$defs?.[name]) ?? {}
  }
  return resolved
}

/** Returns the members of a union, or the schema itself if it is not a union. */
export function unionMembers(schema: JsonSchema, root: JsonSchema): JsonSchema[] {
  const resolved = resolveSchema(schema, root)
  const members = resolved.anyOf ?? resolved.oneOf
  if (members) return members.flatMap((member) => unionMembers(member, root))
  if (Array.isArray(resolved.type)) return resolved.type.map((type) => ({ ...resolved, type }))
  return [resolved]
}

/**
 * Returns the JSON types of a schema (`string number integer boolean array object null`), or undefined if it accepts
 * any value.
 */
export function jsonTypes(schema: JsonSchema, root: JsonSchema): Set<string> | undefined {
  const types = new Set<string>()
  for (const { type, enum: values, const: constant } of unionMembers(schema, root)) {
    if (typeof type === 'string') types.add(type)
    else if (values) for (const value of values) types.add(jsonType(value))
    else if (constant !== undefined) types.add(jsonType(constant))
    else return undefined
  }
  return types
}

function jsonType(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}
