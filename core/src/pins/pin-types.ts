import { findProperty, unionMembers, resolveSchema, type JsonSchema } from './json-schema.ts'
import type { PinSchema } from './fit.ts'
import type { PinStep } from './pin-path.ts'

/** Reads the types of pins from their schemas. */

const TYPE_NAMES: Record<string, string> = { array: 'list', string: 'text', integer: 'whole number' }

/** The name of a JSON type for people: `list`, `text`, `whole number`. */
export function toTypeName(type: string): string {
  return TYPE_NAMES[type] ?? type
}

/**
 * Returns the types that a pin accepts and the type to which other values are converted. The pin accepts any value if
 * `taken` is absent.
 */
export function acceptedTypes({ schema, root }: PinSchema): { taken?: ReadonlySet<unknown>; target: string } {
  const types = unionMembers(schema, root).map(({ type }) => type)
  if (!types.every((type) => typeof type === 'string')) return { target: 'null' }
  return { taken: new Set(types), target: types.find((type) => type !== 'null') ?? 'null' }
}

export function isAccepted(type: string | undefined, taken: ReadonlySet<unknown> | undefined): boolean {
  return taken === undefined || taken.has(type) || (type === 'integer' && taken.has('number'))
}

export function itemSchema({ schema, root }: PinSchema): PinSchema | undefined {
  const list = unionMembers(schema, root).find(({ type }) => type === 'array')
  return list?.items && { schema: list.items, root }
}

/**
 * The schema of the members of an object without named members. Only these are converted: see {@link compileCoercion}.
 */
export function memberSchema({ schema, root }: PinSchema): PinSchema | undefined {
  const object = unionMembers(schema, root).find(({ type }) => type === 'object')
  const members = object?.properties ? undefined : object?.additionalProperties
  return typeof members === 'object' ? { schema: members, root } : undefined
}

/** `numbers` for `number`, `lists of texts` for `list of texts`. */
export function pluralize(name: string): string {
  if (name.includes(' of ')) return name.replace(' of ', 's of ')
  return `${name.replaceAll(' or ', 's or ')}s`
}

/**
 * Returns the schema at the end of a path into a pin, or undefined if the schema does not define it.
 *
 * @param converted whether to exclude members of objects with named members, which are not converted
 */
export function readSchema({ schema, root }: PinSchema, steps: readonly PinStep[], converted = false): PinSchema | undefined {
  let current: JsonSchema | undefined = schema
  for (const { kind, key } of steps) {
    if (!current) return undefined
    const resolved: JsonSchema = resolveSchema(current, root)
    const { items, properties, additionalProperties: others } = resolved
    if (kind === 'index') current = items
    else if (converted && properties) current = undefined
    else current = findProperty(resolved, key) ?? (typeof others === 'object' ? others : undefined)
  }
  return current && { schema: current, root }
}
