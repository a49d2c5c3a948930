import { toJsonPieces, type JsonPieces } from '../base/index.ts'
import { Placing, placeValue } from '../pins/index.ts'
import { GatheredList, type NodeExecution } from './pairing/index.ts'
import type { PlanNode } from './plan/index.ts'

/** Inputs that an execution sets for nodes, by node and pin. They override all other inputs. */
export type InputMasks = Record<string, Record<string, unknown>>

/** Called for each value that is converted to the type of its pin. */
export type OnConverted = (pin: string, value: unknown, converted: unknown) => void

/**
 * Returns the inputs of a node execution. Rule 7: constants, then values that arrived (sub-pins merge into their base
 * pin), then the graph inputs for input blocks, then the masks of the execution. Null is dropped; other values are
 * converted to the type of their pin.
 *
 * @param given what the execution was started with
 * @throws {RangeError} as {@link placeValue}
 */
export function resolveInputs(
  run: Pick<NodeExecution, 'node' | 'values' | 'override'> & Partial<Pick<NodeExecution, 'collected' | 'step' | 'call'>>,
  given: { inputs: Record<string, unknown>; masks: InputMasks },
  onConverted?: OnConverted,
): Record<string, unknown> {
  const { node, values, override, collected, step, call } = run
  const { loopPin, stepsPin, toolsPin } = node.block
  const inputs: Record<string, unknown> = override ? { ...override } : arrivedInputs(node, values, call !== undefined)
  const name = node.constants.name
  if (!override && node.block.kind === 'input' && typeof name === 'string' && Object.hasOwn(given.inputs, name))
    inputs.value = given.inputs[name]
  if (!override && Object.hasOwn(given.masks, node.id)) Object.assign(inputs, given.masks[node.id])
  if (collected && loopPin !== undefined) inputs[loopPin] = { ...collected }
  if (step && stepsPin !== undefined) inputs[stepsPin] = step.earlier
  if (toolsPin !== undefined) inputs[toolsPin] = node.tools
  return coerceInputs(node, inputs, onConverted)
}

/**
 * Converts inputs to the types of their pins (rule 8) and drops null. Changes `inputs`. The values of a
 * {@link GatheredList} are converted when they are read.
 */
export function coerceInputs(
  node: PlanNode,
  inputs: Record<string, unknown>,
  onConverted?: OnConverted,
): Record<string, unknown> {
  for (const [pin, coerce] of node.coercions) {
    const value = Object.hasOwn(inputs, pin) ? inputs[pin] : undefined
    if (value === undefined || value === null || value instanceof GatheredList) continue
    inputs[pin] = coerce(value)
    if (onConverted && inputs[pin] !== value) onConverted(pin, value, inputs[pin])
  }
  for (const pin of Object.keys(inputs)) if (inputs[pin] === null || inputs[pin] === undefined) delete inputs[pin]
  return inputs
}

/** @returns undefined also if {@link placeValue} fails, in which case the run fails */
export function arrivedValue(node: PlanNode, values: ReadonlyMap<string, unknown>): unknown {
  try {
    return arrivedInputs(node, values).value
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/**
 * Returns the constants of a node, overridden by the values that arrived. Sub-pins merge into their base pin.
 *
 * @param isCall whether null is an argument that was left out, so that the constant applies
 * @throws {RangeError} as {@link placeValue}
 */
function arrivedInputs(node: PlanNode, values: ReadonlyMap<string, unknown>, isCall = false): Record<string, unknown> {
  const inputs: Record<string, unknown> = { ...node.constants }
  const placing = new Placing()
  for (const pin of node.linkedPins) {
    if (!values.has(pin) || (isCall && values.get(pin) === null)) continue
    const dynamic = node.dynamicPins.get(pin)
    if (dynamic) inputs[dynamic.base] = placeValue(inputs[dynamic.base], dynamic.steps, values.get(pin), placing)
    else inputs[pin] = values.get(pin)
  }
  return inputs
}

/** @returns the inputs of a run as JSON text, or the error of {@link placeValue} */
export function inputText(resolveInputs: () => Record<string, unknown>): string | JsonPieces | RangeError {
  try {
    return toJsonPieces(resolveInputs(), 1)
  } catch (error) {
    if (error instanceof RangeError) return error
    throw error
  }
}
