import { AshlarError, showValue } from '../errors/index.ts'
import type { Call } from './call.ts'
import type { SandboxLimits } from './limits.ts'

/**
 * Counts an output and says what is wrong with it. An honest guest keeps the same limits.
 *
 * @returns undefined when nothing is
 */
export function refusalOf(call: Call, pin: string, value: unknown, limits: SandboxLimits): AshlarError | undefined {
  if (!isPinOf(call, pin)) return new AshlarError('BLOCK_OUTPUT_INVALID', `no output pin ${showValue(pin)}`)
  if (++call.delivered > limits.maxOutputs)
    return new AshlarError('OUTPUT_LIMIT', `more than ${limits.maxOutputs} outputs, the limit of one run`)
  const least = leastJsonLength(value)
  if (least === Infinity) return new AshlarError('OUTPUT_LIMIT', `output "${pin}" is nested more than ${MAX_DEPTH} deep`)
  const chars = least > COUNTED_EXACTLY_FROM ? JSON.stringify(value).length : least
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

/** The exact length of what is shorter is not worth the text that it takes: an honest guest has counted. */
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
