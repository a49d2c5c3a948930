import { AshlarError, type ErrorCode, type Fault } from '@ashlar/core'

/** The input of the client is invalid: `BAD_INPUT GRAPH_INVALID INPUTS_INVALID …` */
export class InvalidInputError extends AshlarError {}
/** No object has this id, or it belongs to another user: `NOT_FOUND`. */
export class NotFoundError extends AshlarError {}
/** The request conflicts with the current state: `VERSION_CONFLICT EXECUTION_FINISHED …` */
export class ConflictError extends AshlarError {}
/** The object exists, but the user does not have permission: `FORBIDDEN`. */
export class ForbiddenError extends AshlarError {}

/**
 * Translates an error of a mutation to the `errors` of its payload: one for each fault. Each path starts with `input`.
 *
 * @throws the error if it is not an expected one
 */
export function toPayloadErrors(error: unknown): AshlarError[] {
  const type = error instanceof AshlarError ? ERROR_TYPES[error.code] : undefined
  if (!type || !(error instanceof AshlarError)) throw error
  const { code, message, details } = error
  const { faults = [], path, ...others } = details
  const create = (fault: PlacedFault): AshlarError =>
    new type(code, fault.message, {
      details: { ...others, position: fault.position, ...(fault.path && { path: ['input', ...fault.path] }) },
      cause: error,
    })
  return faults.length === 0 ? [create({ message, path })] : faults.map((fault) => create(placeFault(fault, path)))
}

interface PlacedFault {
  message: string
  path: readonly (string | number)[] | undefined
  /** The place in the source of a plugin, such as `src/say.ts:5:78`. */
  position?: string
}

/**
 * The path of a fault is a place in the field to which the error belongs, such as `inputs.name` or `nodes.greet.block`,
 * or a position in the source of a plugin. Other places are not in the input, so the message names them.
 */
function placeFault({ path, message }: Fault, field: PlacedFault['path'] = []): PlacedFault {
  const name = String(field[0])
  if (PLUGIN_FIELDS.has(name)) return { path: field, message, ...(path !== '' && { position: path }) }
  if (!PLACED_FIELDS.has(name)) return { path: field, message: path === '' ? message : `${path}: ${message}` }
  const segments = path === '' ? [] : path.split('.')
  return { path: segments[0] === name ? segments : [...field, ...segments], message }
}

/** The input fields whose faults have places inside them. */
const PLACED_FIELDS = new Set(['document', 'file', 'inputs', 'masks'])
/** The input fields with the code of a plugin. */
const PLUGIN_FIELDS = new Set(['bundle', 'tarball', 'sdk', 'undefined'])

const ERROR_TYPES: Partial<Record<ErrorCode, typeof InvalidInputError>> = {
  BAD_INPUT: InvalidInputError,
  GRAPH_INVALID: InvalidInputError,
  INPUTS_INVALID: InvalidInputError,
  NOT_FOUND: NotFoundError,
  CONFLICT: ConflictError,
  VERSION_CONFLICT: ConflictError,
  EXECUTION_FINISHED: ConflictError,
  BLOCK_UNAVAILABLE: ConflictError,
  DUPLICATE_BLOCK: ConflictError,
  FORBIDDEN: ForbiddenError,
  TARBALL_INVALID: InvalidInputError,
  PLUGIN_INVALID: InvalidInputError,
  PLUGIN_LOAD_FAILED: InvalidInputError,
  SDK_TOO_OLD: InvalidInputError,
  SIGNATURE_INVALID: InvalidInputError,
  TESTS_FAILED: InvalidInputError,
  // Failures of the code of a plugin while it is published.
  CPU_LIMIT: InvalidInputError,
  MEMORY_LIMIT: InvalidInputError,
  TIMEOUT: InvalidInputError,
}
