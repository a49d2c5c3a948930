import { canonicalJson } from '@ashlar/sdk/json'
import { compileCoercion } from './coerce.ts'
import { membersOf, resolveSchema, typesOf, type JsonSchema } from './json-schema.ts'
import type { PinStep } from './pin-path.ts'

/** A pin's schema, and the schema whose `$defs` it refers to. */
export interface PinSchema {
  schema: JsonSchema
  root: JsonSchema
}

/**
 * Says why no value of the source could ever arrive at the sink; undefined when some can. Since values are brought to the
 * type of the pin (rule 8), what remains is: a selector into something that is no container, a sub-pin of something that is
 * none, a source that is only ever null, and fixed choices without a common one.
 */
export function canFit(
  source: PinSchema,
  sourceSteps: readonly PinStep[],
  sink: PinSchema,
  sinkSteps: readonly PinStep[],
): string | undefined {
  const misread = findScalar(source, sourceSteps, 'is read from')
  const miswritten = findScalar(sink, sinkSteps, 'is put into')
  if (misread ?? miswritten) return misread ?? miswritten
  if (sourceSteps.length > 0 || sinkSteps.length > 0) return undefined
  const types = typesOf(source.schema, source.root)
  if (types?.size === 1 && types.has('null')) return 'the output is always null'
  return findDisjointChoices(source, sink)
}

const CONTAINER: Record<PinStep['kind'], string> = { index: 'array', key: 'object', attribute: 'object' }

/** Follows a path as far as the schema knows it. */
function findScalar({ schema, root }: PinSchema, steps: readonly PinStep[], does: string): string | undefined {
  let current: JsonSchema | undefined = schema
  for (const { kind, key } of steps) {
    if (!current) return undefined
    const types = typesOf(current, root)
    if (types && !types.has(CONTAINER[kind]))
      return `${kind} "${key}" ${does} a value of type ${[...types].join(' or ')}, which has none`
    const resolved: JsonSchema = resolveSchema(current, root)
    current = kind === 'index' ? resolved.items : resolved.properties?.[key]
  }
  return undefined
}

function findDisjointChoices(source: PinSchema, sink: PinSchema): string | undefined {
  const given = choicesOf(source)
  const taken = choicesOf(sink)
  if (!given || !taken) return undefined
  const coerce = compileCoercion(sink.schema, sink.root) ?? ((value: unknown) => value)
  const texts = new Set(taken.map((value) => canonicalJson(value)))
  if (given.some((value) => texts.has(canonicalJson(coerce(value))))) return undefined
  return `it gives one of ${JSON.stringify(given)}, the pin takes one of ${JSON.stringify(taken)}`
}

/** The values of an enum; undefined when the pin takes others too. */
function choicesOf({ schema, root }: PinSchema): unknown[] | undefined {
  const choices: unknown[] = []
  for (const member of membersOf(schema, root)) {
    if (member.enum) choices.push(...member.enum)
    else if (member.const !== undefined) choices.push(member.const)
    else return undefined
  }
  return choices
}
