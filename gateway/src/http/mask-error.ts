import { AshlarError } from '@ashlar/core'
import { GraphQLError } from 'graphql'
import type { Logger } from '../base/logger.ts'

/**
 * The one place that decides which errors leave. GraphQL's own errors (syntax, validation, a bad variable) pass; an
 * AshlarError passes with its code; anything else is a bug: told in one log line, and to the client as "Unexpected error."
 *
 * @returns the same object when the error passes as it is, which is how yoga knows
 */
export function createErrorMask(logger: Logger): (error: unknown) => Error {
  return (error) => {
    const original = originalOf(error)
    if (original instanceof GraphQLError) return error instanceof Error ? error : original
    if (original instanceof AshlarError)
      return new GraphQLError(original.message, { ...placeOf(error), extensions: extensionsOf(original) })
    logger.error(`unexpected error${pathOf(error)}`, original)
    return new GraphQLError('Unexpected error.', {
      ...placeOf(error),
      extensions: { code: 'INTERNAL_SERVER_ERROR', unexpected: true },
    })
  }
}

/** An AshlarError as an error of the whole request, with its HTTP status. */
export function toRequestError(error: AshlarError): GraphQLError {
  return new GraphQLError(error.message, {
    extensions: { ...extensionsOf(error), http: { status: error.status, headers: headersOf(error) } },
  })
}

/** The headers of a response with this error. */
export function headersOf({ details: { retryAfterSeconds } }: AshlarError): Record<string, string> {
  return typeof retryAfterSeconds === 'number' ? { 'retry-after': String(retryAfterSeconds) } : {}
}

function extensionsOf({ code, details: { path, faults } }: AshlarError): Record<string, unknown> {
  return { code, ...(path && { path }), ...(faults && { faults }) }
}

/** What was thrown, below the GraphQL errors that say where. */
function originalOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.cause != null ? originalOf(error.cause) : error
}

function placeOf(error: unknown): Pick<GraphQLError, 'nodes' | 'path'> | undefined {
  return error instanceof GraphQLError ? { nodes: error.nodes, path: error.path } : undefined
}

function pathOf(error: unknown): string {
  return error instanceof GraphQLError && error.path ? ` at ${error.path.join('.')}` : ''
}
