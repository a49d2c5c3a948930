import { isEqual } from '@ashlar/sdk/json'
import type { NodeExecutionStatus } from '../../../engine/index.ts'
import type { NodeExecutionView } from './node-execution-view.ts'

/** A value that differs. Undefined if the side has none, or if its JSON is too large to be returned. */
export interface ValueDifference {
  /** The name of the output, or the pin. */
  name: string
  a: unknown
  b: unknown
  /** Whether a value is left out because its JSON has more than 64 Ki characters. */
  isTruncated: boolean
}

/** A node execution that differs between two executions. */
export interface NodeDifference {
  nodeId: string
  /** The iteration to which it belongs, and its number: those of the first execution if it exists there. */
  tag: string
  number: number
  /** Undefined if it does not exist in the first execution. */
  statusA: NodeExecutionStatus | undefined
  /** Undefined if it does not exist in the second execution. */
  statusB: NodeExecutionStatus | undefined
  inputs: ValueDifference[]
  /** The value of a pin is the list of the values that it delivered. */
  outputs: ValueDifference[]
}

/** JSON of more characters is compared but not returned. */
const MAX_CHARS = 64 * 1024

/** Compares two node executions. @returns undefined if they do not differ */
export function diffNodeExecutions(
  a: NodeExecutionView | undefined,
  b: NodeExecutionView | undefined,
): NodeDifference | undefined {
  const one = a ?? b
  if (!one) return undefined
  const difference: NodeDifference = {
    nodeId: one.nodeId,
    tag: one.tag,
    number: one.number,
    statusA: a?.status,
    statusB: b?.status,
    inputs: diffValues(a?.inputs ?? {}, b?.inputs ?? {}),
    outputs: diffValues(a ? byPin(a) : {}, b ? byPin(b) : {}),
  }
  const isSame = difference.inputs.length + difference.outputs.length === 0 && a?.status === b?.status
  return isSame && a?.outputCount === b?.outputCount ? undefined : difference
}

/** Compares two objects by key: first the keys of `a`, in their order, then the other keys of `b`. */
export function diffValues(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): ValueDifference[] {
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...names].flatMap((name) => {
    const [own, other] = [get(a, name), get(b, name)]
    return isEqual(own, other) ? [] : [{ name, ...limit(own, other) }]
  })
}

function get(values: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(values, name) ? values[name] : undefined
}

function limit(a: unknown, b: unknown): Omit<ValueDifference, 'name'> {
  const [isLargeA, isLargeB] = [isLarge(a), isLarge(b)]
  return { a: isLargeA ? undefined : a, b: isLargeB ? undefined : b, isTruncated: isLargeA || isLargeB }
}

function isLarge(value: unknown): boolean {
  return value !== undefined && JSON.stringify(value).length > MAX_CHARS
}

function byPin({ outputs }: NodeExecutionView): Record<string, unknown[]> {
  const pins: Record<string, unknown[]> = Object.create(null) as Record<string, unknown[]>
  for (const { pin, value } of outputs) (pins[pin] ??= []).push(value)
  return pins
}
