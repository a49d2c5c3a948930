import { ERROR_CODES, type ErrorCode } from './codes.ts'

/** One fault among several that are told at once: where (`nodes.greet.inputs.format`), and what. */
export interface Fault {
  path: string
  message: string
}

/** What travels with a code. `path` leads to the place in the caller's input; `faults` lists every fault found. */
export interface ErrorDetails {
  path?: readonly (string | number)[]
  faults?: readonly Fault[]
  [key: string]: unknown
}

/** The one error class that crosses a border of core. */
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

/** A value for an error message: JSON, cut at 100 characters. */
export function showValue(value: unknown): string {
  const text = textOf(value)
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}

/** JSON has no text for some values, such as NaN and an object that contains itself. */
function textOf(value: unknown): string {
  if (typeof value === 'number') return String(value)
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}

/** Faults in one line: `name: must be a text, got 5; there is no field "x"`. */
export function showFaults(faults: readonly Fault[]): string {
  return faults.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ')
}

/** What an unknown thrown value says. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
