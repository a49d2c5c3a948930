import { AshlarError, type ErrorCode, type Fault } from '@ashlar/core'
import { splitFaultPath } from './fault-path.ts'

/**
 * The types of the `errors` of a payload. `InvalidInputError`: the input is invalid. `NotFoundError`: no object has
 * this id, or it belongs to another user. `ConflictError`: the request conflicts with the current state.
 * `ForbiddenError`: the object exists, but the user does not have permission.
 */
export type ErrorTypeName = 'InvalidInputError' | 'NotFoundError' | 'ConflictError' | 'ForbiddenError'

/** An expected failure. It is no `Error`: GraphQL would treat an `Error` in a list as the failure of the list. */
export interface PayloadError {
  type: ErrorTypeName
  code: ErrorCode
  message: string
  /** It starts with `input`. */
  path: readonly (string | number)[] | undefined
  /** The place in the source of a plugin, such as `src/say.ts:5:78`. */
  position: string | undefined
}

/**
 * Translates an error of a mutation to the `errors` of its payload: one for each fault.
 *
 * @throws the error if it is not an expected one
 */
export function toPayloadErrors(error: unknown): PayloadError[] {
  const type = error instanceof AshlarError ? ERROR_TYPES[error.code] : undefined
  if (!type || !(error instanceof AshlarError)) throw error
  const { faults = [], path: field } = error.details
  const placed = faults.length === 0 ? [{ message: error.message, path: field }] : faults.map((fault) => placeFault(fault, field))
  return placed.map(({ message, path, position }) => ({
    type,
    code: error.code,
    message,
    path: path && ['input', ...path],
    position,
  }))
}

interface PlacedFault {
  message: string
  path: readonly (string | number)[] | undefined
  position?: string
}

/**
 * The path of a fault is a place in the field to which the error belongs, such as `inputs.name` or `nodes.greet.block`,
 * or a position in the source of a plugin. Other places are not in the input, so the message names them.
 *
 * @param field the input field; empty if the path of the fault starts at the input
 */
function placeFault({ path, message }: Fault, field: PlacedFault['path']): PlacedFault {
  const name = String(field?.[0])
  if (field?.length === 0) return { path: splitFaultPath(path), message }
  if (field === undefined || PLUGIN_FIELDS.has(name)) return { path: field, message, ...(path !== '' && { position: path }) }
  if (!PLACED_FIELDS.has(name)) return { path: field, message: path === '' ? message : `${path}: ${message}` }
  const segments = path === '' ? [] : splitFaultPath(path)
  return { path: segments[0] === name ? segments : [...field, ...segments], message }
}

/** The input fields whose faults have places inside them. */
const PLACED_FIELDS = new Set(['document', 'hosts', 'inputs', 'masks', 'name', 'scopes', 'secret'])
/** The input fields with the code of a plugin. */
const PLUGIN_FIELDS = new Set(['bundle', 'tarball', 'sdk'])

const ERROR_TYPES: Partial<Record<ErrorCode, ErrorTypeName>> = {
  BAD_INPUT: 'InvalidInputError',
  GRAPH_INVALID: 'InvalidInputError',
  INPUTS_INVALID: 'InvalidInputError',
  NOT_FOUND: 'NotFoundError',
  CONFLICT: 'ConflictError',
  VERSION_CONFLICT: 'ConflictError',
  EXECUTION_FINISHED: 'ConflictError',
  BLOCK_UNAVAILABLE: 'ConflictError',
  QUOTA_EXCEEDED: 'ConflictError',
  DUPLICATE_BLOCK: 'ConflictError',
  FORBIDDEN: 'ForbiddenError',
  TARBALL_INVALID: 'InvalidInputError',
  PLUGIN_INVALID: 'InvalidInputError',
  PLUGIN_LOAD_FAILED: 'InvalidInputError',
  SDK_TOO_OLD: 'InvalidInputError',
  SIGNATURE_INVALID: 'InvalidInputError',
  TESTS_FAILED: 'InvalidInputError',
  // Failures of the code of a plugin while it is published.
  CPU_LIMIT: 'InvalidInputError',
  MEMORY_LIMIT: 'InvalidInputError',
  TIMEOUT: 'InvalidInputError',
}
