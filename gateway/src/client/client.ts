import { AshlarError, ERROR_CODES, errorMessage, parseJson, type ErrorCode, type ErrorDetails } from '@ashlar/core'
import { parseEventStream } from './sse.ts'

/** A GraphQL client of a gateway: of a server at a URL, or of a gateway in this process through its `fetch`. */
export interface Client {
  /**
   * @throws {AshlarError} with the code of the first error; SERVER_UNREACHABLE when the server is not an Ashlar gateway
   * or does not respond
   */
  request(query: string, variables?: object): Promise<unknown>
  /** Yields the data of each result until the subscription ends or the signal aborts it. @throws like `request` */
  subscribe(query: string, variables: object, signal: AbortSignal): AsyncGenerator<unknown, void>
}

export interface ClientOptions {
  /** `http://127.0.0.1:4000/graphql` */
  url: string
  key: string
  /** @default the global `fetch` */
  fetch?: (request: Request) => Promise<Response>
}

export function createClient({ url, key, fetch = globalThis.fetch }: ClientOptions): Client {
  const send = (query: string, variables: object, accept: string, signal?: AbortSignal): Promise<Response> => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', accept }
    const body = JSON.stringify({ query, variables })
    return sendTo(url, new Request(url, { method: 'POST', headers, body, ...(signal && { signal }) }), fetch)
  }
  return {
    async request(query, variables = {}) {
      return unwrapData(await readJson(url, await send(query, variables, 'application/json')))
    },
    async *subscribe(query, variables, signal) {
      const response = await send(query, variables, 'text/event-stream', signal)
      if (!response.body || !response.headers.get('content-type')?.startsWith('text/event-stream')) {
        unwrapData(await readJson(url, response))
        throw notGraphQL(url, response)
      }
      for await (const { event, data } of parseEventStream(readChunks(response.body, signal))) {
        if (event === 'complete') return
        yield unwrapData(parseJson(data) as Result)
      }
      throw new TypeError('the event stream ended early')
    },
  }
}

/** @throws {AshlarError} SERVER_UNREACHABLE */
export function sendTo(url: string, request: Request, fetch: ClientOptions['fetch'] = globalThis.fetch): Promise<Response> {
  return fetch(request).catch((error: unknown) => {
    throw error instanceof TypeError ? unreachable(url, error) : error
  })
}

/** Parses a JSON response. @throws {AshlarError} with the code of its first error */
export async function readAnswer(url: string, response: Response): Promise<unknown> {
  const answer = await readJson(url, response)
  unwrapData(answer)
  return answer
}

/** Yields the chunks of a body until it ends or the signal aborts it. */
async function* readChunks(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  const reader = body.getReader()
  const aborted = Promise.withResolvers<never>()
  aborted.promise.catch(() => undefined) // a rejection is not unhandled if no read is pending
  const abort = (): void => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    signal.throwIfAborted()
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), aborted.promise])
      if (done) return
      yield value
    }
  } finally {
    signal.removeEventListener('abort', abort)
    // Cancel a platform stream through its reader. Cancel a stream of yoga (from a gateway in this process) directly,
    // because its reader would wait for the next event. Do not wait for either.
    body.cancel().catch(() => reader.cancel().catch(() => undefined))
  }
}

interface Result {
  data?: unknown
  errors?: { message: string; extensions?: { code?: string } & Pick<ErrorDetails, 'path' | 'faults'> }[]
}

async function readJson(url: string, response: Response): Promise<Result> {
  try {
    return parseJson(await response.text()) as Result
  } catch (cause) {
    throw notGraphQL(url, response, cause)
  }
}

function notGraphQL(url: string, { status }: Response, cause?: unknown): AshlarError {
  const message = `the server at ${url} is not an Ashlar gateway (HTTP status ${status}): check the address`
  return new AshlarError('SERVER_UNREACHABLE', message, { details: { url }, cause })
}

/** The message of an error of `fetch` is always "fetch failed". The reason is in its cause. */
function unreachable(url: string, error: TypeError): AshlarError {
  const { cause } = error
  const why = cause instanceof Error && 'code' in cause ? String(cause.code) : errorMessage(cause ?? error)
  return new AshlarError(
    'SERVER_UNREACHABLE',
    `the server at ${url} cannot be reached (${why}): check that the server runs and that the address is correct`,
    { details: { url }, cause: error },
  )
}

function unwrapData({ data, errors }: Result): unknown {
  const [first] = errors ?? []
  if (!first) return data
  const { code, ...details } = first.extensions ?? {}
  throw toError(code, first.message, details)
}

/** Restores an error that a gateway returned. */
export function toError(code: string | undefined, message: string, details: ErrorDetails = {}): Error {
  return code !== undefined && isErrorCode(code) ? new AshlarError(code, message, { details }) : new Error(message)
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code)
}
