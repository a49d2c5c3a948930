import { canonicalJson } from '@ashlar/sdk/json'
import { compileCoercion } from './coerce.ts'
import { findProperty, unionMembers, resolveSchema, jsonTypes, type JsonSchema } from './json-schema.ts'
import type { PinStep } from './pin-path.ts'

/** A pin's schema, and the schema whose `$defs` it refers to. */
export interface PinSchema {
  schema: JsonSchema
  root: JsonSchema
}

/**
 * Returns the reason why no value of the source can ever fit the sink, or undefined if some can. Values are converted
 * to the type of the pin (rule 8), so only these mismatches remain: a selector into a value that is not a container, a
 * sub-pin of a pin that is not a container, a source that is always null, and enums without a common value.
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
  const types = jsonTypes(source.schema, source.root)
  if (types?.size === 1 && types.has('null')) return 'the output is always null'
  return findDisjointChoices(source, sink)
}

const CONTAINER: Record<PinStep['kind'], string> = { index: 'array', key: 'object', attribute: 'object' }

/** Follows a path until it leaves the schema or reaches a value that is not a container. */
function findScalar({ schema, root }: PinSchema, steps: readonly PinStep[], verb: string): string | undefined {
  let current: JsonSchema | undefined = schema
  for (const { kind, key } of steps) {
    if (!current) return undefined
    const types = jsonTypes(current, root)
    if (types && !types.has(CONTAINER[kind]))
      return `${kind} "${key}" ${verb} a value of type ${[...types].join(' or ')}, which has none`
    const resolved: JsonSchema = resolveSchema(current, root)
    current = kind === 'index' ? resolved.items : findProperty(resolved, key)
  }
  return undefined
}

function findDisjointChoices(source: PinSchema, sink: PinSchema): string | undefined {
  const given = listChoices(source)
  const taken = listChoices(sink)
  if (!given || !taken) return undefined
  const coerce = compileCoercion(sink.schema, sink.root) ?? ((value: unknown) => value)
  const texts = new Set(taken.map((value) => canonicalJson(value)))
  if (given.some((value) => texts.has(canonicalJson(coerce(value))))) return undefined
  return `the output is one of ${JSON.stringify(given)}, the input accepts one of ${JSON.stringify(taken)}`
}

/** The values of an enum. Returns undefined if the pin also accepts other values. */
function listChoices({ schema, root }: PinSchema): unknown[] | undefined {
  const choices: unknown[] = []
  for (const member of unionMembers(schema, root)) {
    if (member.enum) choices.push(...member.enum)
    else if (member.const !== undefined) choices.push(member.const)
    else return undefined
  }
  return choices
}
