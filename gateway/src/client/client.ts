import { AshlarApiError, createClient as connect } from '@ashlar/client'
import { AshlarError, ERROR_CODES, errorMessage, parseJson, type ErrorCode, type ErrorDetails } from '@ashlar/core'

/** A GraphQL client of a gateway: of a server at a URL, or of a gateway in this process through its `fetch`. */
export interface Client {
  /**
   * @throws {AshlarError} with the code of the first error; SERVER_UNREACHABLE when the server is not an Ashlar gateway
   * or does not respond
   */
  request(query: string, variables?: object): Promise<unknown>
  /**
   * Yields the data of each event until the subscription ends or the signal aborts it. After a connection failure it
   * reconnects and continues after the last event. @throws like `request`
   */
  subscribe(query: string, variables: object, signal: AbortSignal): AsyncGenerator<unknown, void>
}

export interface ClientOptions {
  /** `http://127.0.0.1:4000/graphql` */
  url: string
  key: string
  /** @default the global `fetch` */
  fetch?: (request: Request) => Promise<Response>
}

/** Pauses between attempts to reach a server that does not respond, which may be restarting. */
const RECONNECT_AFTER_MS = [200, 500, 1000, 2000, 4000, 8000]
/** Keeps all digits of integers. */
const json = { parse: (text: string) => parseJson(text), stringify: (value: object) => JSON.stringify(value) }

export function createClient(options: ClientOptions): Client {
  const { url } = options
  const client = connect({ ...options, json, retryDelayMs: (attempt) => RECONNECT_AFTER_MS[attempt] })
  return {
    async request(query, variables) {
      try {
        return await client.request(query, { ...variables })
      } catch (error) {
        throw translateError(url, error)
      }
    },
    async *subscribe(query, variables, signal) {
      try {
        yield* client.subscribe(query, { ...variables }, { signal })
      } catch (error) {
        throw translateError(url, error)
      }
    },
  }
}

function translateError(url: string, error: unknown): unknown {
  if (!(error instanceof AshlarApiError)) return error
  const { code, message, path, status } = error
  if (code === 'SERVER_UNREACHABLE') return status === undefined ? unreachable(url, error) : notGraphQL(url, status, error)
  return toError(code, message, path ? { path } : {})
}

/** Sends a request that is not a GraphQL operation. @throws {AshlarError} SERVER_UNREACHABLE */
export function sendTo(url: string, request: Request, fetch: ClientOptions['fetch'] = globalThis.fetch): Promise<Response> {
  return fetch(request).catch((error: unknown) => {
    throw error instanceof TypeError ? unreachable(url, error) : error
  })
}

/** Parses the JSON response to such a request. @throws {AshlarError} with the code of its first error */
export async function readAnswer(url: string, response: Response): Promise<unknown> {
  const answer = await response.json().catch((cause: unknown) => {
    throw notGraphQL(url, response.status, cause)
  })
  const { errors } = answer as { errors?: { message: string; extensions?: { code?: string } }[] }
  const [first] = errors ?? []
  if (first) throw toError(first.extensions?.code, first.message)
  return answer
}

function notGraphQL(url: string, status: number, cause: unknown): AshlarError {
  const message = `the server at ${url} is not an Ashlar gateway (HTTP status ${status}): check the address`
  return new AshlarError('SERVER_UNREACHABLE', message, { details: { url }, cause })
}

function unreachable(url: string, error: Error): AshlarError {
  return new AshlarError(
    'SERVER_UNREACHABLE',
    `the server at ${url} cannot be reached (${findReason(error)}): check that the server runs and that the address is correct`,
    { details: { url }, cause: error },
  )
}

/** The message of an error of `fetch` is always "fetch failed". The reason is the code of one of its causes. */
function findReason(error: Error): string {
  const { cause } = error
  if (!(cause instanceof Error)) return errorMessage(error)
  return 'code' in cause ? String(cause.code) : findReason(cause)
}

/** Restores an error that a gateway returned. */
export function toError(code: string | undefined, message: string, details: ErrorDetails = {}): Error {
  if (code === 'PAYLOAD_TOO_LARGE') return new AshlarError('LIMIT_EXCEEDED', message, { details })
  return code !== undefined && isErrorCode(code) ? new AshlarError(code, message, { details }) : new Error(message)
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code)
}
