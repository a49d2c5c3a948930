import { AshlarError, showValue } from '../errors/index.ts'
import type { Call } from './call.ts'
import type { SandboxLimits } from './limits.ts'
import type { TakenOutput } from './messages.ts'

/**
 * Counts an output and says what is wrong with it. An honest guest keeps the same limits.
 *
 * @returns undefined when nothing is
 */
export function refusalOf(call: Call, { pin, chars }: TakenOutput, limits: SandboxLimits): AshlarError | undefined {
  if (!isPinOf(call, pin)) return new AshlarError('BLOCK_OUTPUT_INVALID', `no output pin ${showValue(pin)}`)
  if (++call.delivered > limits.maxOutputs)
    return new AshlarError('OUTPUT_LIMIT', `more than ${limits.maxOutputs} outputs, the limit of one run`)
  if (chars === Infinity) return new AshlarError('OUTPUT_LIMIT', `output "${pin}" is nested more than ${MAX_DEPTH} deep`)
  if (chars > limits.maxValueBytes)
    return new AshlarError('OUTPUT_LIMIT', `output "${pin}" is ${chars} bytes long, the limit is ${limits.maxValueBytes}`)
  call.deliveredBytes += chars
  if (call.deliveredBytes > limits.maxOutputBytes)
    return new AshlarError('OUTPUT_LIMIT', `outputs of more than ${limits.maxOutputBytes} bytes together, the limit of one run`)
  return undefined
}

const MAX_PIN_CHARS = 200
const MAX_TOOL_PIN_CHARS = 300

function isPinOf({ request: { pins } }: Call, pin: string): boolean {
  if (pin.startsWith('tools_^_')) return pin.length <= MAX_TOOL_PIN_CHARS
  return pin.length <= MAX_PIN_CHARS && (pin === 'error' || pins === undefined || pins.has(pin))
}

/** What a database and other languages' parsers take without harm. */
export const MAX_DEPTH = 1000
/** Of a number, `true`, `false` and null. */
const LEAST_CHARS = 1
/** Of an integer beyond 2 ** 53. */
const LEAST_BIGINT_CHARS = 16

/**
 * How long a parsed value is as JSON text, at least: escapes and digits are not counted, so it needs no text made.
 *
 * @returns Infinity when lists and objects lie deeper in each other than anybody needs
 */
export function leastJsonLength(value: unknown, depth = 0): number {
  if (typeof value === 'string') return value.length + 2
  if (typeof value === 'bigint') return LEAST_BIGINT_CHARS
  if (typeof value !== 'object' || value === null) return LEAST_CHARS
  if (depth >= MAX_DEPTH) return Infinity
  let chars = 2
  if (Array.isArray(value)) for (const each of value as unknown[]) chars += leastJsonLength(each, depth + 1) + 1
  else for (const key in value) chars += key.length + 4 + leastJsonLength((value as Record<string, unknown>)[key], depth + 1)
  return chars
}

/** The length of an output event without its value, at least. */
const LEAST_EVENT_CHARS = 32

/**
 * The length of each value in a report as JSON text: its share of the text, so that long values need not be written again.
 *
 * @returns Infinity for values that are nested too deep
 */
export function lengthsOf(values: readonly unknown[], json: string): number[] {
  const share = Math.max(0, Math.ceil(json.length / values.length) - LEAST_EVENT_CHARS)
  if (!isDeep(json)) return values.map(() => share)
  return values.map((value) => (leastJsonLength(value) === Infinity ? Infinity : share))
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d]

/** Whether lists and objects in JSON text are nested more than {@link MAX_DEPTH} deep. */
function isDeep(json: string): boolean {
  if (json.length <= 2 * MAX_DEPTH) return false
  let depth = 0
  for (let i = 0; i < json.length; i++) {
    const code = json.charCodeAt(i)
    if (code === QUOTE) i = endOfString(json, i)
    else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--
    else if ((code === OPEN_LIST || code === OPEN_OBJECT) && ++depth > MAX_DEPTH) return true
  }
  return false
}

/** @returns the index of the quote that ends a string */
function endOfString(json: string, start: number): number {
  for (let i = start + 1; i < json.length; i++) {
    const code = json.charCodeAt(i)
    if (code === QUOTE) return i
    if (code === BACKSLASH) i++
  }
  return json.length
}
