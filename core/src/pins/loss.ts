import { convertTo } from './coerce.ts'
import { membersOf, resolveSchema, typesOf, type JsonSchema } from './json-schema.ts'
import type { PinSchema } from './fit.ts'
import { LOSSES, type LossyConversion } from './losses.ts'
import type { PinStep } from './pin-path.ts'

/** A conversion of a value to the type of a pin, which the author of a graph rarely intends. */
interface Loss {
  /** The type of the value: `list`, or `list of objects` if the items are converted. */
  from: string
  /** The type of the pin. */
  to: string
  /** The result of the conversion. */
  becomes: string
  /** Whether the value can be read from the result, such as a list from its JSON text. */
  isReversible: boolean
}

const NAMES: Record<string, string> = { array: 'list', string: 'text', integer: 'whole number' }

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

/** Like {@link findLoss}, for a value. Returns undefined for a value that keeps its meaning, such as the text "12" at a pin for numbers. */
export function findLossOfValue(value: unknown, sink: PinSchema): Loss | undefined {
  return lossOfValue(value, sink, 0)
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
  const { taken, target } = typesTaken(sink)
  if (given.length === 0 || !taken) return undefined
  if (given.length === 1 && isTaken(given[0], taken)) return lossInside(source, sink, depth)
  const losses = given.map((type) => (isTaken(type, taken) ? undefined : LOSSES[type]?.[target]))
  const [loss] = losses
  if (!loss || losses.includes(undefined)) return undefined
  return lossOf(given.map((type) => NAMES[type] ?? type).join(' or '), target, loss)
}

function lossOfValue(value: unknown, sink: PinSchema, depth: number): Loss | undefined {
  const { taken, target } = typesTaken(sink)
  if (depth > MAX_DEPTH || value === null || !taken) return undefined
  const type = typeOfValue(value)
  if (isTaken(type, taken)) return lossInsideValue(value, sink, depth)
  const loss = LOSSES[type]?.[target]
  if (loss && !loss.keeps?.(value)) return lossOf(NAMES[type] ?? type, target, loss)
  return lossInsideValue(convertTo(target, value), sink, depth)
}

function lossOf(from: string, target: string, { becomes, isReversible = false }: LossyConversion): Loss {
  return { from, to: NAMES[target] ?? target, becomes, isReversible }
}

/** The types of the values that a pin accepts, and the type to which others are converted. No types where it accepts any value. */
function typesTaken({ schema, root }: PinSchema): { taken?: ReadonlySet<unknown>; target: string } {
  const types = membersOf(schema, root).map(({ type }) => type)
  if (!types.every((type) => typeof type === 'string')) return { target: 'null' }
  return { taken: new Set(types), target: types.find((type) => type !== 'null') ?? 'null' }
}

/** Of the items of a list, or the members of an object. */
function lossInside(source: PinSchema, sink: PinSchema, depth: number): Loss | undefined {
  const [items, takenItems] = [itemsOf(source), itemsOf(sink)]
  const taken = membersOfObject(sink)
  if (items && takenItems) return within('list', lossBetween(items, takenItems, depth + 1))
  if (!taken) return undefined
  const { properties = {} } = resolveSchema(source.schema, source.root)
  const others = membersOfObject(source)
  const members = Object.values(properties).map((schema) => ({ schema, root: source.root }))
  return within(
    'object',
    firstOf([...members, ...(others ? [others] : [])], (each) => lossBetween(each, taken, depth + 1)),
  )
}

function lossInsideValue(value: unknown, sink: PinSchema, depth: number): Loss | undefined {
  const taken = Array.isArray(value) ? itemsOf(sink) : membersOfObject(sink)
  if (!taken || typeof value !== 'object' || value === null) return undefined
  const what = Array.isArray(value) ? 'list' : 'object'
  return within(
    what,
    firstOf(Object.values(value), (each) => lossOfValue(each, taken, depth + 1)),
  )
}

function firstOf<T>(values: readonly T[], find: (value: T) => Loss | undefined): Loss | undefined {
  for (const value of values) {
    const found = find(value)
    if (found) return found
  }
  return undefined
}

function within(container: 'list' | 'object', loss: Loss | undefined): Loss | undefined {
  if (!loss) return undefined
  const named = (name: string): string => `${container} of ${pluralOf(name)}`
  const part = container === 'list' ? 'a list in which each item' : 'an object in which each member'
  return { ...loss, from: named(loss.from), to: named(loss.to), becomes: `${part} becomes ${loss.becomes}` }
}

function isTaken(type: string | undefined, taken: ReadonlySet<unknown> | undefined): boolean {
  return taken === undefined || taken.has(type) || (type === 'integer' && taken.has('number'))
}

function itemsOf({ schema, root }: PinSchema): PinSchema | undefined {
  const list = membersOf(schema, root).find(({ type }) => type === 'array')
  return list?.items && { schema: list.items, root }
}

/** The name of a type in a sentence: `a list`, `an object`, `text`. */
export function withArticle(type: string): string {
  return type === 'text' ? type : `${type.startsWith('object') ? 'an' : 'a'} ${type}`
}

function pluralOf(name: string): string {
  if (name.includes(' of ')) return name.replace(' of ', 's of ')
  return `${name.replaceAll(' or ', 's or ')}s`
}

/** The schema of the members of an object without named members, which are converted: see {@link compileCoercion}. */
function membersOfObject({ schema, root }: PinSchema): PinSchema | undefined {
  const object = membersOf(schema, root).find(({ type }) => type === 'object')
  const members = object?.properties ? undefined : object?.additionalProperties
  return typeof members === 'object' ? { schema: members, root } : undefined
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

function typeOfValue(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'bigint') return 'integer'
  return Number.isInteger(value) ? 'integer' : typeof value
}
