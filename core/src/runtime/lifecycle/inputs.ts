import { AshlarError, describeIssues, showFaults, showValue, type Fault } from '../../base/index.ts'
import { z } from 'zod'
import { schemaFault, type GraphDocument } from '../../engine/graph/index.ts'
import { compileCoercion, findValueLoss, withArticle, type JsonSchema, type PinSchema } from '../../pins/index.ts'
import type { InputMasks } from '../../engine/index.ts'

const masksSchema = z.record(z.string(), z.record(z.string(), z.unknown()))

/** @throws {AshlarError} INPUTS_INVALID when the masks do not map nodes to pins to values, or name an unknown node */
export function parseMasks(masks: unknown, { nodes }: GraphDocument): InputMasks | undefined {
  if (masks === undefined || masks === null) return undefined
  const parsed = masksSchema.safeParse(masks)
  if (!parsed.success) {
    const faults = describeIssues(parsed.error, masks)
    const message = `masks must be an object { [node id]: { [pin]: value } }: ${showFaults(faults)}`
    throw new AshlarError('INPUTS_INVALID', message, { details: { path: ['masks'], faults } })
  }
  const faults = Object.keys(parsed.data)
    .filter((id) => !nodes.some((node) => node.id === id))
    .map((id) => ({ path: `masks.${id}`, message: `the graph has no node "${id}"` }))
  if (faults.length === 0) return parsed.data
  const message = faults.map((fault) => fault.message).join('; ')
  throw new AshlarError('INPUTS_INVALID', message, { details: { path: ['masks'], faults } })
}

/**
 * Checks the inputs of an execution against the graph's input schema. Source: execution semantics, rule 2.
 *
 * @param maxValueBytes the limit for one value as JSON
 * @returns the inputs, converted to their types
 * @throws {AshlarError} INPUTS_INVALID that names each missing and unknown input, and each input whose value does not
 * match its schema or would lose its meaning in the conversion
 */
export function parseInputs(inputs: unknown, schema: JsonSchema, maxValueBytes: number): Record<string, unknown> {
  if (typeof inputs !== 'object' || inputs === null || Array.isArray(inputs))
    throw new AshlarError('INPUTS_INVALID', `inputs must be an object { [input name]: value }, got ${showValue(inputs)}`, {
      details: { path: ['inputs'] },
    })
  const given = new Map(Object.entries(inputs).filter(([, value]) => value !== null && value !== undefined))
  const properties = schema.properties ?? {}
  const faults: Fault[] = []
  for (const name of schema.required ?? []) if (!given.has(name)) faults.push({ path: `inputs.${name}`, message: 'is required' })
  const parsed: Record<string, unknown> = {}
  for (const [name, value] of given) {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined
    if (!property) {
      faults.push({
        path: `inputs.${name}`,
        message: `is not an input of this graph; it has ${Object.keys(properties).join(', ') || 'none'}`,
      })
      continue
    }
    const bytes = JSON.stringify(value).length
    if (bytes > maxValueBytes) {
      faults.push({ path: `inputs.${name}`, message: `is ${bytes} bytes long as JSON; the limit is ${maxValueBytes}` })
      continue
    }
    const coerced = compileCoercion(property, schema)?.(value) ?? value
    const message = lossFault(value, { schema: property, root: schema }) ?? schemaFault(property, schema, coerced)
    if (message !== undefined) faults.push({ path: `inputs.${name}`, message })
    Object.defineProperty(parsed, name, { value: coerced, enumerable: true })
  }
  if (faults.length === 0) return parsed
  const message = faults.map((fault) => `${fault.path} ${fault.message}`).join('; ')
  throw new AshlarError('INPUTS_INVALID', message, { details: { path: ['inputs'], faults } })
}

/**
 * A text that is not a number would become 0, which no caller intends. At a pin of a node, the same text is converted
 * by rule 8.
 */
function lossFault(value: unknown, sink: PinSchema): string | undefined {
  const loss = findValueLoss(value, sink)
  return loss && !loss.isReversible ? `requires ${withArticle(loss.to)}, got ${showValue(value)}` : undefined
}
