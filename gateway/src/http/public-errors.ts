import { GraphQLError, type ExecutionResult } from 'graphql'

/** The extensions of errors that are instructions for yoga, not for clients. */
const INTERNAL = new Set(['http', 'unexpected'])

/** Removes internal extensions from the errors of a result. Returns a result without them as it is. */
export function toPublicResult<Result extends Pick<ExecutionResult, 'errors'>>(result: Result): Result {
  return result.errors ? { ...result, errors: toPublicErrors(result.errors) } : result
}

export function toPublicErrors(errors: readonly GraphQLError[]): readonly GraphQLError[] {
  return errors.map((error) => {
    const entries = Object.entries(error.extensions)
    if (!entries.some(([name]) => INTERNAL.has(name))) return error
    const { message, nodes, source, positions, path } = error
    const extensions = Object.fromEntries(entries.filter(([name]) => !INTERNAL.has(name)))
    return new GraphQLError(message, { nodes, source, positions, path, extensions })
  })
}

/** Adds a code to an error that has none. */
export function withCode(error: GraphQLError, code: string): GraphQLError {
  if (error.extensions['code'] !== undefined) return error
  const { message, nodes, source, positions, path, extensions } = error
  return new GraphQLError(message, { nodes, source, positions, path, extensions: { ...extensions, code } })
}
