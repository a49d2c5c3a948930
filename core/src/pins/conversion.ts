import { unionMembers, jsonTypes } from './json-schema.ts'
import type { PinSchema } from './fit.ts'
import { LOSSES, KEEPING } from './losses.ts'
import { itemSchema, memberSchema, readSchema, acceptedTypes, isAccepted, toTypeName, pluralize } from './pin-types.ts'
import type { PinStep } from './pin-path.ts'

/** How a value changes when a link passes it to a pin of another type: see {@link compileCoercion}. */
export interface Conversion {
  /** The type of the value: `number`, `list of objects`, or `any` if the source does not declare it. */
  from: string
  /** The type of the pin. */
  to: string
  /** The result of the conversion. */
  becomes: string
  /** `SOMETIMES` if the source may also produce values of the pin's type. */
  certainty: 'ALWAYS' | 'SOMETIMES'
  /** Whether a converted value loses its meaning, as a list that becomes the number of its items. */
  isLossy: boolean
}

const MAX_DEPTH = 8

/**
 * Finds the conversion that the schemas of two pins imply. Returns undefined if the sink accepts every value of the
 * source as it is.
 */
export function findConversion(
  source: PinSchema,
  sourceSteps: readonly PinStep[],
  sink: PinSchema,
  sinkSteps: readonly PinStep[],
): Conversion | undefined {
  const taken = readSchema(sink, sinkSteps, true)
  const given = readSchema(source, sourceSteps)
  if (!taken) return undefined
  return given ? conversionBetween(given, taken, 0) : conversionFromAny(taken)
}

function conversionBetween(source: PinSchema, sink: PinSchema, depth: number): Conversion | undefined {
  const { taken, target } = acceptedTypes(sink)
  if (depth > MAX_DEPTH || !taken) return undefined
  const types = jsonTypes(source.schema, source.root)
  if (!types) return conversionFromAny(sink)
  const given = [...types].filter((type) => type !== 'null')
  const others = given.filter((type) => !isAccepted(type, taken))
  if (others.length === 0) return innerConversion(source, sink, depth)
  const conversions = others.map((type) => LOSSES[type]?.[target] ?? KEEPING[type]?.[target])
  return {
    from: others.map(toTypeName).join(' or '),
    to: toTypeName(target),
    becomes: [...new Set(conversions.map((each) => each?.becomes ?? `a ${toTypeName(target)}`))].join(', or '),
    certainty: others.length === given.length ? 'ALWAYS' : 'SOMETIMES',
    isLossy: others.some((type) => LOSSES[type]?.[target] !== undefined),
  }
}

/** A source that does not declare its type, such as the values of a dictionary. */
function conversionFromAny(sink: PinSchema): Conversion | undefined {
  const { taken, target } = acceptedTypes(sink)
  if (!taken || ANY_TYPES.every((type) => isAccepted(type, taken))) return undefined
  const names = unionMembers(sink.schema, sink.root).flatMap(({ type }) =>
    typeof type === 'string' && type !== 'null' ? [type] : [],
  )
  const to = [...new Set(names)].map(toTypeName).join(' or ')
  const becomes = `${toTypeName(target)}, if its type is not ${to}`
  return { from: 'any', to, becomes, certainty: 'SOMETIMES', isLossy: false }
}

const ANY_TYPES = ['string', 'number', 'boolean', 'array', 'object']

/** Finds a conversion of the items of a list or the members of an object. */
function innerConversion(source: PinSchema, sink: PinSchema, depth: number): Conversion | undefined {
  const [items, takenItems] = [itemSchema(source), itemSchema(sink)]
  if (items && takenItems) return within('list', conversionBetween(items, takenItems, depth + 1))
  const [members, takenMembers] = [memberSchema(source), memberSchema(sink)]
  return members && takenMembers && within('object', conversionBetween(members, takenMembers, depth + 1))
}

function within(container: 'list' | 'object', conversion: Conversion | undefined): Conversion | undefined {
  if (!conversion) return undefined
  const named = (name: string): string => `${container} of ${name === 'any' ? 'any values' : pluralize(name)}`
  const part = container === 'list' ? 'a list in which each item' : 'an object in which each member'
  const { from, to, becomes } = conversion
  return { ...conversion, from: named(from), to: named(to), becomes: `${part} becomes ${becomes}` }
}
