import { GraphQLError } from 'graphql'

/** An error of a whole request over HTTP, which the pipeline sends with this status. */
export function requestError(
  code: string,
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status, headers } } })
}

/** An answer outside of the pipeline, in the format of GraphQL, so that clients parse all errors the same way. */
export function errorAnswer(
  code: string,
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(formatError(code, message), { status, headers: { 'content-type': 'application/json', ...headers } })
}

export function formatError(code: string, message: string): string {
  return JSON.stringify({ errors: [{ message, extensions: { code } }] })
}
