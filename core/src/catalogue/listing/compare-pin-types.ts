import { resolveSchema, unionMembers, type JsonSchema, type PinSchema, type PinStep, readSchema } from '../../pins/index.ts'

/**
 * Compares the type of a value with the type of a pin that accepts it. Returns 0 if one of them accepts any value, and
 * more the more specific the common type is: about 1 for a text, 3 for a list of objects, 4 for objects with the same
 * members.
 *
 * @param steps the path from the source to the value
 */
export function comparePinTypes(source: PinSchema, steps: readonly PinStep[], sink: PinSchema): number {
  const given = readSchema(source, steps)
  return given ? compare(given, sink, 0) : 0
}

const MAX_DEPTH = 4
const TYPES: Readonly<Record<string, number>> = { string: 1, number: 1.2, integer: 1.4, boolean: 1.4, array: 1.5, object: 1.5 }
const SAME_FORMAT = 1
const SAME_MEMBER = 0.5
const MAX_MEMBERS = 2
/** A pin with several types describes its values less precisely. */
const OF_SEVERAL = 0.7

function compare(given: PinSchema, taken: PinSchema, depth: number): number {
  if (depth > MAX_DEPTH) return 0
  const [sources, sinks] = [listMembers(given), listMembers(taken)]
  const best = Math.max(
    0,
    ...sources.flatMap((source) =>
      sinks.map((sink) => compareMembers({ ...given, schema: source }, { ...taken, schema: sink }, depth)),
    ),
  )
  return sinks.length > 1 ? best * OF_SEVERAL : best
}

function listMembers({ schema, root }: PinSchema): JsonSchema[] {
  return unionMembers(schema, root).filter(({ type }) => type !== 'null')
}

/** @param given not a union */
function compareMembers(given: PinSchema, taken: PinSchema, depth: number): number {
  const [from, to] = [given.schema, taken.schema]
  if (from.type !== to.type) return from.type === 'integer' && to.type === 'number' ? 1.2 : 0
  const base = TYPES[String(from.type)] ?? 0
  if (from.type === 'string') return base + (from.format !== undefined && from.format === to.format ? SAME_FORMAT : 0)
  if (from.type === 'array') {
    const items = [from.items, to.items]
    if (!items[0] || !items[1]) return base
    return base + compare({ schema: items[0], root: given.root }, { schema: items[1], root: taken.root }, depth + 1)
  }
  return from.type === 'object' ? base + countSharedMembers(given, taken) : base
}

function countSharedMembers(given: PinSchema, taken: PinSchema): number {
  const names = Object.keys(resolveSchema(given.schema, given.root).properties ?? {})
  const others = resolveSchema(taken.schema, taken.root).properties ?? {}
  return Math.min(names.filter((name) => Object.hasOwn(others, name)).length * SAME_MEMBER, MAX_MEMBERS)
}
