import { AshlarError } from '@ashlar/core'
import { GraphQLError } from 'graphql'
import type { Logger } from '../base/logger.ts'
import { currentRequest } from '../base/request-scope.ts'
import { withCode } from './public-errors.ts'

/**
 * Decides which errors clients receive. Errors of GraphQL (syntax, validation, a bad variable) keep their message; one
 * without a code gets `BAD_INPUT`. An AshlarError keeps its message and code. Any other error is a bug: the server logs
 * it on one line, and the client receives "Unexpected error." with the `requestId` of that line.
 *
 * @returns the same object for an error that stays unchanged, as yoga requires
 */
export function createErrorMask(logger: Logger): (error: unknown) => Error {
  return (error) => {
    const original = unwrap(error)
    if (original instanceof GraphQLError) return withCode(error instanceof GraphQLError ? error : original, 'BAD_INPUT')
    if (original instanceof AshlarError)
      return new GraphQLError(original.message, { ...findPlace(error), extensions: toExtensions(original) })
    logger.error(`unexpected error${formatPath(error)}`, original)
    return new GraphQLError('Unexpected error.', {
      ...findPlace(error),
      extensions: { ...unexpectedExtensions(), unexpected: true },
    })
  }
}

/** The code of an error that is a bug, and the id of its request, which is also in the log. */
export function unexpectedExtensions(): Record<string, unknown> {
  const requestId = currentRequest()?.id
  return { code: 'INTERNAL_SERVER_ERROR', ...(requestId !== undefined && { requestId }) }
}

/**
 * Converts an AshlarError to an error of the whole request, with its HTTP status. Without `spec: false`, yoga responds
 * with 200 to clients that accept `application/json`.
 */
export function toRequestError(error: AshlarError): GraphQLError {
  const http = { status: error.status, headers: errorHeaders(error), spec: false }
  return new GraphQLError(error.message, { extensions: { ...toExtensions(error), http } })
}

/** Returns the headers of a response with this error. Source: RFC 6750, 3 */
export function errorHeaders({ code, details: { retryAfterSeconds, isInvalidToken } }: AshlarError): Record<string, string> {
  const challenge = `Bearer realm="ashlar"${isInvalidToken === true ? ', error="invalid_token"' : ''}`
  return {
    ...(code === 'UNAUTHENTICATED' && { 'www-authenticate': challenge }),
    ...(typeof retryAfterSeconds === 'number' && { 'retry-after': String(retryAfterSeconds) }),
  }
}

/** The seconds are also here, because an error on a WebSocket has no headers. */
function toExtensions({ code, details: { path, faults, retryAfterSeconds } }: AshlarError): Record<string, unknown> {
  return { code, ...(path && { path }), ...(faults && { faults }), ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) }
}

/** Returns the error that was thrown, without the GraphQL errors that wrap it. */
function unwrap(error: unknown): unknown {
  return error instanceof GraphQLError && error.cause != null ? unwrap(error.cause) : error
}

function findPlace(error: unknown): Pick<GraphQLError, 'nodes' | 'path'> | undefined {
  return error instanceof GraphQLError ? { nodes: error.nodes, path: error.path } : undefined
}

function formatPath(error: unknown): string {
  return error instanceof GraphQLError && error.path ? ` at ${error.path.join('.')}` : ''
}
