import { AshlarError, type ErrorCode } from '@ashlar/core'

/** The input of the client is invalid: `BAD_INPUT GRAPH_INVALID INPUTS_INVALID …` */
export class InvalidInputError extends AshlarError {}
/** No object has this id, or it belongs to another user: `NOT_FOUND`. */
export class NotFoundError extends AshlarError {}
/** The request conflicts with the current state: `VERSION_CONFLICT EXECUTION_FINISHED …` */
export class ConflictError extends AshlarError {}
/** The object exists, but the user does not have permission: `FORBIDDEN`. */
export class ForbiddenError extends AshlarError {}

/** Translates an expected error of core to the error type of the schema. Returns any other error unchanged. */
export function translateError(error: unknown): unknown {
  if (!(error instanceof AshlarError)) return error
  const type = ERROR_TYPES[error.code]
  return type ? new type(error.code, error.message, { details: error.details, cause: error }) : error
}

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
