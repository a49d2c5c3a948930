import { AshlarError, showValue } from '../errors/index.ts'
import type { Call } from './call.ts'
import type { SandboxLimits } from './limits.ts'
import type { GuestEvent } from './protocol.ts'

export type GuestOutput = Extract<GuestEvent, { t: 'o' }>

/**
 * Counts an output and says what is wrong with it. An honest guest keeps the same limits.
 *
 * @param json the text of the event, if it is known
 * @returns undefined when nothing is
 */
export function refusalOf(call: Call, event: GuestOutput, limits: SandboxLimits, json?: string): AshlarError | undefined {
  const { pin } = event
  if (!isPinOf(call, pin)) return new AshlarError('BLOCK_OUTPUT_INVALID', `no output pin ${showValue(pin)}`)
  if (++call.delivered > limits.maxOutputs)
    return new AshlarError('OUTPUT_LIMIT', `more than ${limits.maxOutputs} outputs, the limit of one run`)
  const chars = json && json.length > COUNTED_EXACTLY_FROM ? lengthInText(event, json) : lengthOf(event.v)
  if (chars === Infinity) return new AshlarError('OUTPUT_LIMIT', `output "${pin}" is nested more than ${MAX_DEPTH} deep`)
  if (chars > limits.maxValueBytes)
    return new AshlarError('OUTPUT_LIMIT', `output "${pin}" is ${chars} bytes long, the limit is ${limits.maxValueBytes}`)
  call.deliveredBytes += chars
  if (call.deliveredBytes > limits.maxOutputBytes)
    return new AshlarError('OUTPUT_LIMIT', `outputs of more than ${limits.maxOutputBytes} bytes together, the limit of one run`)
  return undefined
}

/** @returns Infinity when the value is nested too deep */
function lengthOf(value: unknown): number {
  const least = leastJsonLength(value)
  return least > COUNTED_EXACTLY_FROM && least < Infinity ? JSON.stringify(value).length : least
}

/** The length of the value in the text of its event: writing a large value again takes long. @returns Infinity when it is nested too deep */
function lengthInText(event: GuestOutput, json: string): number {
  if (nestingOf(json) > MAX_DEPTH + 1) return Infinity
  return json.length - (JSON.stringify({ ...event, v: 0 }).length - 1)
}

const MAX_PIN_CHARS = 200
const MAX_TOOL_PIN_CHARS = 300

function isPinOf({ request: { pins } }: Call, pin: string): boolean {
  if (pin.startsWith('tools_^_')) return pin.length <= MAX_TOOL_PIN_CHARS
  return pin.length <= MAX_PIN_CHARS && (pin === 'error' || pins === undefined || pins.has(pin))
}

/** The length of a shorter value is only estimated: an honest guest has counted. */
const COUNTED_EXACTLY_FROM = 1024
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

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d]

/** How deep lists and objects are nested in JSON text. */
function nestingOf(json: string): number {
  let [depth, deepest] = [0, 0]
  for (let i = 0; i < json.length; i++) {
    const code = json.charCodeAt(i)
    if (code === QUOTE) i = endOfString(json, i)
    else if (code === OPEN_LIST || code === OPEN_OBJECT) deepest = Math.max(deepest, ++depth)
    else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--
  }
  return deepest
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
