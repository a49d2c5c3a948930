import { ERROR_CODES, type ErrorCode } from './codes.ts'

/** One of several faults that are reported together: its path (`nodes.greet.inputs.format`) and a description. */
export interface Fault {
  path: string
  message: string
}

/** Data that accompanies a code. `path` is the place in the caller's input; `faults` lists every fault. */
export interface ErrorDetails {
  path?: readonly (string | number)[]
  faults?: readonly Fault[]
  [key: string]: unknown
}

/** The only error class that crosses the boundary of core. */
export class AshlarError extends Error {
  override readonly name = 'AshlarError'
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode, message: string, options: { details?: ErrorDetails; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details ?? {}
  }

  /** HTTP status for this code. */
  get status(): number {
    return ERROR_CODES[this.code].status
  }
}

/** Formats a value for an error message: JSON, truncated to 100 characters. */
export function showValue(value: unknown): string {
  const text = toText(value)
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}

/** JSON cannot represent some values, such as NaN and an object that contains itself. */
function toText(value: unknown): string {
  if (typeof value === 'number') return String(value)
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}

/** Formats faults on one line: `name: must be a text, got 5; unknown field "x"`. */
export function showFaults(faults: readonly Fault[]): string {
  return faults.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ')
}

/** The message of an unknown thrown value. */
export function errorMessage(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
