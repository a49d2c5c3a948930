import { AshlarApiError, unreachable, type Fault } from './api-error.ts'
import { toFault } from './payload.ts'

/** How to reach the API of a server. */
export interface ConnectionOptions {
  /** `https://ashlar.example/graphql` */
  url: string
  /** The key of a user. Without it, a browser sends its session. */
  key?: string | undefined
  /** Headers of every request. */
  headers?: Readonly<Record<string, string>>
  /** Sends a request. @default the global `fetch` */
  fetch?: (request: Request) => Promise<Response>
  /** Parses and formats JSON, for example without losing digits of large integers. @default JSON */
  json?: { parse(text: string): unknown; stringify(value: object): string }
}

interface SendOptions {
  signal?: AbortSignal
  headers?: Readonly<Record<string, string>>
}

/** Sends GraphQL operations and reads their results. */
export interface Connection {
  send(body: object, accept: string, options?: SendOptions): Promise<Response>
  /** Returns the data of a JSON response. @throws {AshlarApiError} */
  readResponse(response: Response): Promise<unknown>
  /** Returns the data of a result as JSON text. @throws {AshlarApiError} */
  readResult(text: string): unknown
}

export function createConnection(options: ConnectionOptions): Connection {
  const { url, key, json = JSON } = options
  // A property of an object would be called with the object as `this`, which browsers reject.
  const fetch = options.fetch ?? ((request) => globalThis.fetch(request))
  const common = { ...options.headers, ...(key !== undefined && { authorization: `Bearer ${key}` }) }
  return {
    async send(body, accept, { signal, headers } = {}) {
      const text = json.stringify(body)
      const init = { method: 'POST', body: text, headers: { ...common, ...headers, 'content-type': 'application/json', accept } }
      try {
        return await fetch(new Request(url, signal ? { ...init, signal } : init))
      } catch (cause) {
        throw cause instanceof TypeError ? unreachable(`the server at ${url} cannot be reached`, { cause }) : cause
      }
    },
    async readResponse(response) {
      const { status } = response
      try {
        return unwrapData(json.parse(await response.text()), status)
      } catch (cause) {
        if (cause instanceof AshlarApiError) throw cause
        throw unreachable(`the server at ${url} is not an Ashlar server (HTTP status ${status})`, { status, cause })
      }
    },
    readResult: (text) => unwrapData(json.parse(text)),
  }
}

interface Result {
  data?: unknown
  errors?: readonly GraphQLError[]
}

interface GraphQLError {
  message: string
  extensions?: { code?: string; path?: readonly string[] }
}

function unwrapData(result: unknown, status?: number): unknown {
  const { data, errors } = result as Result
  const [first, ...rest] = (errors ?? []).map(readError)
  if (first) throw new AshlarApiError([first, ...rest], { status, data })
  if (data === undefined) throw new TypeError('the response is not a result of GraphQL')
  return data
}

function readError({ message, extensions }: GraphQLError): Fault {
  return toFault({ message, ...extensions })
}
