import { AshlarError, MAX_DEPTH, minJsonLength, showValue } from '../../base/index.ts'
import { isToolPin } from '../../pins/index.ts'
import type { Call } from './call.ts'
import type { SandboxLimits } from '../limits/index.ts'
import type { GuestEvent } from '../channel/index.ts'

/** `chars`: the length of the value as JSON text, or Infinity if it is nested too deep; see {@link measureValues}. */
export type CheckedOutput = Extract<GuestEvent, { t: 'o' }> & { chars: number }

/**
 * Counts an output and checks it. The guest code checks the same limits, but plugin code may have changed the guest
 * code.
 *
 * @returns the violated limit; undefined for a valid output, and for one that was delivered before
 */
export function checkOutput(call: Call, output: CheckedOutput, limits: SandboxLimits): AshlarError | undefined {
  const { pin, chars } = output
  const { credit } = call
  const invalid = credit || output.k !== undefined ? checkIteration(call, output) : undefined
  if (invalid) return invalid
  if (credit) {
    credit.outputs++
    credit.chars += chars
  }
  if (call.received < call.skip) return undefined
  if (!isOutputPin(call, pin)) return new AshlarError('BLOCK_OUTPUT_INVALID', `no output pin ${showValue(pin)}`)
  call.delivered++
  if ((credit?.outputs ?? call.delivered) > limits.maxOutputs)
    return new AshlarError('OUTPUT_LIMIT', `more than ${limits.maxOutputs} outputs, the limit of one run`)
  if (chars === Infinity) return new AshlarError('OUTPUT_LIMIT', `output "${pin}" is nested more than ${MAX_DEPTH} levels deep`)
  if (chars > limits.maxValueBytes)
    return new AshlarError('OUTPUT_LIMIT', `output "${pin}" is ${chars} bytes long; the limit is ${limits.maxValueBytes}`)
  call.deliveredBytes += chars
  if ((credit?.chars ?? call.deliveredBytes) > limits.maxOutputBytes)
    return new AshlarError('OUTPUT_LIMIT', `more than ${limits.maxOutputBytes} bytes of outputs in total, the limit of one run`)
  return undefined
}

/** Checks the index of the iteration, and removes it if it is the number of earlier values of the pin. */
function checkIteration({ request: { manyPins }, credit }: Call, output: CheckedOutput): AshlarError | undefined {
  const { pin, k } = output
  if (!credit || !manyPins?.has(pin))
    return k === undefined ? undefined : new AshlarError('BLOCK_OUTPUT_INVALID', `output ${showValue(pin)} has no iterations`)
  const values = credit.iterations.valuesOf(pin)
  const index = credit.iterations.accept(pin, k)
  if (index === undefined) return new AshlarError('BLOCK_OUTPUT_INVALID', `output "${pin}" has no iteration ${k ?? values}`)
  if (k === values) delete output.k
  return undefined
}

const MAX_PIN_CHARS = 200
const MAX_TOOL_PIN_CHARS = 300

/** Whether the call may yield on the pin. */
export function isOutputPin({ request: { pins } }: Call, pin: string): boolean {
  if (isToolPin(pin)) return pin.length <= MAX_TOOL_PIN_CHARS
  return pin.length <= MAX_PIN_CHARS && (pin === 'error' || pins === undefined || pins.has(pin))
}

/** The length of a shorter value is only estimated. */
const MAX_ESTIMATED_CHARS = 1024
/** A longer value is not serialized again to measure it. */
const LARGE_CHARS = 64 * 1024
/** The minimum length of an output event without its value. */
const MIN_EVENT_CHARS = 32

/**
 * The lengths of the values in a report as JSON text. The length of a large value is the length of the report minus its
 * other parts; several large values share this length equally.
 *
 * @param others the other events in the report
 * @param json the text of the report
 * @returns Infinity for values that are nested too deep
 */
export function measureValues(values: readonly unknown[], others: readonly unknown[], json: string): number[] {
  const lengths = values.map(countedLength)
  const large = lengths.filter((chars) => chars === Infinity).length
  if (large === 0) return lengths
  const isTooDeep = values.map((value, i) => lengths[i] === Infinity && isDeep(value))
  const hasDeep = isTooDeep.includes(true) || others.some((event) => isDeep(event))
  const rest = hasDeep ? [] : others.map((event) => JSON.stringify(event).length)
  const counted = [...lengths, ...rest].filter((chars) => chars < Infinity).reduce((sum, chars) => sum + chars, 0)
  const share = Math.max(LARGE_CHARS, Math.ceil((json.length - counted) / large) - MIN_EVENT_CHARS)
  return lengths.map((chars, i) => (chars < Infinity || isTooDeep[i] ? chars : share))
}

/** @returns Infinity for a value that is large or nested too deep */
function countedLength(value: unknown): number {
  const least = minJsonLength(value, LARGE_CHARS)
  if (least <= MAX_ESTIMATED_CHARS) return least
  return least > LARGE_CHARS ? Infinity : JSON.stringify(value).length
}

/** Whether lists and objects are nested more than {@link MAX_DEPTH} deep. */
function isDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (depth >= MAX_DEPTH) return true
  if (Array.isArray(value)) return value.some((each) => isDeep(each, depth + 1))
  for (const key in value) if (isDeep((value as Record<string, unknown>)[key], depth + 1)) return true
  return false
}
