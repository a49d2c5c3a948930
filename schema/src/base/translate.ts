import { AshlarError, type ErrorCode } from '@ashlar/core'

/** What the client sent is wrong: `BAD_INPUT GRAPH_INVALID INPUTS_INVALID …` */
export class InvalidInputError extends AshlarError {}
/** There is nothing with this id, or it belongs to somebody else: `NOT_FOUND`. */
export class NotFoundError extends AshlarError {}
/** It was right once, but something has changed meanwhile: `VERSION_CONFLICT EXECUTION_FINISHED …` */
export class ConflictError extends AshlarError {}
/** It is there, and not yours to do: `FORBIDDEN`. */
export class ForbiddenError extends AshlarError {}

/** The one translator: an expected error of core becomes the error type of the schema, anything else stays as it is. */
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
  // Of the code of a plugin that is published.
  CPU_LIMIT: InvalidInputError,
  MEMORY_LIMIT: InvalidInputError,
  TIMEOUT: InvalidInputError,
}
