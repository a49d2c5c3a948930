import { convertTo } from './coerce.ts'
import { resolveSchema, jsonTypes } from './json-schema.ts'
import type { PinSchema } from './fit.ts'
import { LOSSES, type LossyConversion } from './losses.ts'
import type { PinStep } from './pin-path.ts'
import { acceptedTypes, isAccepted, itemSchema, memberSchema, pluralize, readSchema, toTypeName } from './pin-types.ts'

/** A conversion of a value to the type of a pin that the author of a graph rarely intends. */
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

const MAX_DEPTH = 8

/**
 * Finds a conversion that, according to the schemas, destroys the meaning of every value that a source passes to a
 * sink. There is none if the source may also produce a value of the sink's type.
 */
export function findLoss(
  source: PinSchema,
  sourceSteps: readonly PinStep[],
  sink: PinSchema,
  sinkSteps: readonly PinStep[],
): Loss | undefined {
  const given = readSchema(source, sourceSteps)
  const taken = readSchema(sink, sinkSteps, true)
  return given && taken && lossBetween(given, taken, 0)
}

/**
 * Like {@link findLoss}, for a value. Returns undefined if the value keeps its meaning, such as the text "12" at a
 * number pin.
 */
export function findValueLoss(value: unknown, sink: PinSchema): Loss | undefined {
  return valueLossFinder(sink, 0)?.(value)
}

/**
 * Finds the first member of an object that the pin accepts without a conversion. The author may have meant to link it.
 */
export function findFittingMember({ schema, root }: PinSchema, sink: PinSchema): string | undefined {
  const wanted = jsonTypes(sink.schema, sink.root)
  const properties = Object.entries(resolveSchema(schema, root).properties ?? {})
  return properties.find(([, property]) => {
    const types = [...(jsonTypes(property, root) ?? [])].filter((type) => type !== 'null')
    return types.length > 0 && types.every((type) => isAccepted(type, wanted))
  })?.[0]
}

function lossBetween(source: PinSchema, sink: PinSchema, depth: number): Loss | undefined {
  if (depth > MAX_DEPTH) return undefined
  const given = [...(jsonTypes(source.schema, source.root) ?? [])].filter((type) => type !== 'null')
  const { taken, target } = acceptedTypes(sink)
  if (given.length === 0 || !taken) return undefined
  if (given.length === 1 && isAccepted(given[0], taken)) return innerLoss(source, sink, depth)
  const losses = given.map((type) => (isAccepted(type, taken) ? undefined : LOSSES[type]?.[target]))
  const [loss] = losses
  if (!loss || losses.includes(undefined)) return undefined
  return toLoss(given.map(toTypeName).join(' or '), target, loss)
}

type FindValueLoss = (value: unknown) => Loss | undefined

/**
 * Reads the schema once, because a list can have a hundred thousand items.
 *
 * @returns undefined if no value loses its meaning
 */
function valueLossFinder(sink: PinSchema, depth: number): FindValueLoss | undefined {
  const { taken, target } = acceptedTypes(sink)
  if (depth > MAX_DEPTH || !taken) return undefined
  const find = innerValueLossFinder(sink, depth)
  return (value) => {
    if (value === null) return undefined
    const type = jsonType(value)
    if (isAccepted(type, taken)) return find(value)
    const loss = LOSSES[type]?.[target]
    return loss && !loss.keeps?.(value) ? toLoss(toTypeName(type), target, loss) : find(convertTo(target, value))
  }
}

function toLoss(from: string, target: string, { becomes, isReversible = false }: LossyConversion): Loss {
  return { from, to: toTypeName(target), becomes, isReversible }
}

/** Finds a loss in the items of a list or the members of an object. */
function innerLoss(source: PinSchema, sink: PinSchema, depth: number): Loss | undefined {
  const [items, takenItems] = [itemSchema(source), itemSchema(sink)]
  const taken = memberSchema(sink)
  if (items && takenItems) return within('list', lossBetween(items, takenItems, depth + 1))
  if (!taken) return undefined
  const { properties = {} } = resolveSchema(source.schema, source.root)
  const others = memberSchema(source)
  const members = Object.values(properties).map((schema) => ({ schema, root: source.root }))
  return within(
    'object',
    findFirst([...members, ...(others ? [others] : [])], (each) => lossBetween(each, taken, depth + 1)),
  )
}

function innerValueLossFinder(sink: PinSchema, depth: number): FindValueLoss {
  // A schema may contain itself, so the finders of parts are created when a value needs them.
  const ofItems = once(() => finderOf(itemSchema(sink), depth + 1))
  const ofMembers = once(() => finderOf(memberSchema(sink), depth + 1))
  return (value) => {
    if (typeof value !== 'object' || value === null) return undefined
    const find = Array.isArray(value) ? ofItems() : ofMembers()
    return find && within(Array.isArray(value) ? 'list' : 'object', findFirst(Object.values(value), find))
  }
}

function finderOf(sink: PinSchema | undefined, depth: number): FindValueLoss | undefined {
  return sink && valueLossFinder(sink, depth)
}

function once<T>(create: () => T): () => T {
  let created: { value: T } | undefined
  return () => (created ??= { value: create() }).value
}

function findFirst<T>(values: readonly T[], find: (value: T) => Loss | undefined): Loss | undefined {
  for (const value of values) {
    const found = find(value)
    if (found) return found
  }
  return undefined
}

function within(container: 'list' | 'object', loss: Loss | undefined): Loss | undefined {
  if (!loss) return undefined
  const named = (name: string): string => `${container} of ${pluralize(name)}`
  const part = container === 'list' ? 'a list in which each item' : 'an object in which each member'
  return { ...loss, from: named(loss.from), to: named(loss.to), becomes: `${part} becomes ${loss.becomes}` }
}

/** The name of a type in a sentence: `a list`, `an object`, `text`. */
export function withArticle(type: string): string {
  return type === 'text' ? type : `${type.startsWith('object') ? 'an' : 'a'} ${type}`
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'bigint') return 'integer'
  return Number.isInteger(value) ? 'integer' : typeof value
}
