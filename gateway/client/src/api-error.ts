/** A fault that the server reports: an entry of `errors` of a payload or of a response. */
export interface Fault {
  /** A stable code, such as `NOT_FOUND`. */
  readonly code: string
  /** Text for people. It may change. */
  readonly message: string
  /** The location in the arguments, such as `["input", "name"]`. Null if the fault has no location. */
  readonly path: readonly string[] | null
}

interface ApiErrorOptions {
  status?: number | undefined
  data?: unknown
  cause?: unknown
}

/** The server rejected an operation, or it did not respond. The message is that of the first fault. */
export class AshlarApiError extends Error {
  /** All faults, at least one. */
  readonly errors: readonly [Fault, ...Fault[]]
  /** HTTP status of the response. Undefined if there was no response, or if a payload contains the faults. */
  readonly status: number | undefined
  /** The part of the result that the server computed in spite of the errors. */
  readonly data: unknown

  constructor(errors: readonly [Fault, ...Fault[]], { status, data, cause }: ApiErrorOptions = {}) {
    super(errors[0].message, cause === undefined ? undefined : { cause })
    this.name = 'AshlarApiError'
    this.errors = errors
    this.status = status
    this.data = data
  }

  /** The code of the first fault. `SERVER_UNREACHABLE` if the server did not respond or is not an Ashlar server. */
  get code(): string {
    return this.errors[0].code
  }

  /** The location of the first fault in the arguments. */
  get path(): readonly string[] | null {
    return this.errors[0].path
  }
}

/** The server did not respond (no status), or its response is not one of Ashlar. */
export function unreachable(message: string, options: ApiErrorOptions = {}): AshlarApiError {
  return new AshlarApiError([{ code: 'SERVER_UNREACHABLE', message, path: null }], options)
}

/** The statuses of a server that is overloaded or restarts. */
const TEMPORARY = [429, 502, 503, 504]

/** Whether the same operation can succeed later without a change. */
export function isTemporary(error: unknown): boolean {
  if (!(error instanceof AshlarApiError)) return false
  return error.status === undefined ? error.code === 'SERVER_UNREACHABLE' : TEMPORARY.includes(error.status)
}
