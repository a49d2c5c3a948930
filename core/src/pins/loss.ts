import { membersOf, resolveSchema, typesOf, type JsonSchema } from './json-schema.ts'
import type { PinSchema } from './fit.ts'
import type { PinStep } from './pin-path.ts'

/** A conversion that {@link compileCoercion} performs, but that the author of a graph rarely intends. */
export interface Loss {
  /** The type of the value: `list`, or `list of objects` if the items are converted. */
  from: string
  /** The type of the pin. */
  to: string
  /** The result of the conversion. */
  becomes: string
}

/** The conversions by the type of the value, then by the type of the pin. Conversions without an entry preserve the meaning of the value. */
const LOSSES: Record<string, Record<string, string>> = {
  array: {
    number: 'the number of its items',
    integer: 'the number of its items',
    string: 'its JSON text',
    boolean: 'true, also when it is empty',
    object: 'an object with the keys "0", "1", "2" …',
  },
  object: {
    number: 'the number of its keys',
    integer: 'the number of its keys',
    string: 'its JSON text',
    boolean: 'true, also when it is empty',
    array: 'a list of [key, value] pairs',
  },
  number: { boolean: 'false when it is 0, and true otherwise' },
  integer: { boolean: 'false when it is 0, and true otherwise' },
  string: { boolean: 'true when it is "true" or "1", and false otherwise' },
}

const NAMES: Record<string, string> = { array: 'list', string: 'text', integer: 'whole number' }
const PLURALS: Record<string, string> = { array: 'lists', string: 'texts', integer: 'whole numbers' }

const MAX_DEPTH = 8

/**
 * Finds a conversion that, according to the schemas, destroys the meaning of every value that a source passes to a sink. If the source
 * may also produce a value of the sink's type, there is no such conversion.
 */
export function findLoss(
  source: PinSchema,
  sourceSteps: readonly PinStep[],
  sink: PinSchema,
  sinkSteps: readonly PinStep[],
): Loss | undefined {
  const given = schemaAt(source, sourceSteps)
  const taken = schemaAt(sink, sinkSteps, true)
  return given && taken && lossBetween(given, taken, 0)
}

/** Like {@link findLoss}, for a value. */
export function findLossOfValue(value: unknown, sink: PinSchema): Loss | undefined {
  return findLoss({ schema: schemaOfValue(value), root: {} }, [], sink, [])
}

/** Finds the first member of an object that the pin accepts without a conversion, which the author may have intended. */
export function findFittingMember({ schema, root }: PinSchema, sink: PinSchema): string | undefined {
  const wanted = typesOf(sink.schema, sink.root)
  const properties = Object.entries(resolveSchema(schema, root).properties ?? {})
  return properties.find(([, property]) => {
    const types = [...(typesOf(property, root) ?? [])].filter((type) => type !== 'null')
    return types.length > 0 && types.every((type) => isTaken(type, wanted))
  })?.[0]
}

function lossBetween(source: PinSchema, sink: PinSchema, depth: number): Loss | undefined {
  if (depth > MAX_DEPTH) return undefined
  const given = [...(typesOf(source.schema, source.root) ?? [])].filter((type) => type !== 'null')
  const members = membersOf(sink.schema, sink.root)
  const taken = members.map(({ type }) => type)
  if (given.length === 0 || !taken.every((type) => typeof type === 'string')) return undefined
  if (given.length === 1 && isTaken(given[0], new Set(taken))) return lossInside(source, sink, depth)
  const target = taken.find((type) => type !== 'null') ?? 'null'
  const losses = given.map((type) => (isTaken(type, new Set(taken)) ? undefined : LOSSES[type]?.[target]))
  const [becomes] = losses
  if (becomes === undefined || losses.includes(undefined)) return undefined
  return { from: given.map((type) => NAMES[type] ?? type).join(' or '), to: NAMES[target] ?? target, becomes }
}

/** Of the items of a list. */
function lossInside(source: PinSchema, sink: PinSchema, depth: number): Loss | undefined {
  const [given, taken] = [itemsOf(source), itemsOf(sink)]
  const loss = given && taken && lossBetween(given, taken, depth + 1)
  if (!loss) return undefined
  const plural = (name: string): string => Object.entries(NAMES).find(([, each]) => each === name)?.[0] ?? name
  const named = (name: string): string => `list of ${PLURALS[plural(name)] ?? `${name}s`}`
  return { from: named(loss.from), to: named(loss.to), becomes: `a list in which each item becomes ${loss.becomes}` }
}

function isTaken(type: string | undefined, taken: ReadonlySet<unknown> | undefined): boolean {
  return taken === undefined || taken.has(type) || (type === 'integer' && taken.has('number'))
}

function itemsOf({ schema, root }: PinSchema): PinSchema | undefined {
  const list = membersOf(schema, root).find(({ type }) => type === 'array')
  return list?.items && { schema: list.items, root }
}

/**
 * Returns the schema at the end of a path into a pin, or undefined if the schema does not define it.
 *
 * @param converted only where values are converted: not in an object with named members
 */
function schemaAt({ schema, root }: PinSchema, steps: readonly PinStep[], converted = false): PinSchema | undefined {
  let current: JsonSchema | undefined = schema
  for (const { kind, key } of steps) {
    if (!current) return undefined
    const { items, properties, additionalProperties: others }: JsonSchema = resolveSchema(current, root)
    if (kind === 'index') current = items
    else if (converted && properties) current = undefined
    else current = properties?.[key] ?? (typeof others === 'object' ? others : undefined)
  }
  return current && { schema: current, root }
}

function schemaOfValue(value: unknown): JsonSchema {
  if (value === null) return { type: 'null' }
  if (!Array.isArray(value)) return { type: typeof value }
  const [first] = value as unknown[]
  return { type: 'array', ...(first !== undefined && { items: schemaOfValue(first) }) }
}
