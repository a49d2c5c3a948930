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
  if (isTooDeep(value)) return new AshlarError('OUTPUT_LIMIT', `output "${pin}" is nested more than ${MAX_DEPTH} deep`)
  const chars = jsonLengthOf(value)
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

function jsonLengthOf(value: unknown): number {
  return typeof value === 'number' ? String(value).length : JSON.stringify(value).length
}

/** What a database and other languages' parsers take without harm. */
const MAX_DEPTH = 1000

/** Whether lists and objects lie deeper in each other than anybody needs. */
function isTooDeep(value: unknown): boolean {
  let level = isContainer(value) ? [value] : []
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return true
    const below: object[] = []
    for (const each of level)
      for (const inner of Array.isArray(each) ? (each as unknown[]) : Object.values(each))
        if (isContainer(inner)) below.push(inner)
    level = below
  }
  return false
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
