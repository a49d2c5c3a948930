import { createConnection, type ConnectionOptions } from './connection.ts'
import { toText, type Document, type Print, type VariablesOf } from './document.ts'
import { subscribe, type ReconnectOptions, type SubscribeOptions } from './subscription.ts'

export interface ClientOptions extends ConnectionOptions, ReconnectOptions {
  /** `print` of the package graphql. Only documents that are syntax trees need it. */
  print?: Print
}

/** A client of the GraphQL API of an Ashlar server. It holds no connection between operations. */
export interface Client {
  /**
   * Sends a query or a mutation.
   *
   * @throws {AshlarApiError} when the response has errors; SERVER_UNREACHABLE when the server does not respond
   */
  request<Result = unknown, Variables extends object = Record<string, unknown>>(
    document: Document<Result, Variables>,
    ...variables: VariablesOf<Variables>
  ): Promise<Result>
  /**
   * Yields the data of each event of a subscription, until the server completes it. After a connection failure, it
   * reconnects and continues after the last event: no event is lost or repeated. If the document is
   * `subscription($executionId: ID!, $after: ID) { … { id … } }`, the first connection starts after `after`.
   *
   * @throws {AshlarApiError} when the server rejects the subscription or remains unreachable
   */
  subscribe<Result = unknown, Variables extends object = Record<string, unknown>>(
    document: Document<Result, Variables>,
    variables: Variables,
    options?: SubscribeOptions,
  ): AsyncGenerator<Result, void>
}

const ATTEMPTS = 10
const FIRST_DELAY_MS = 250
const MAX_DELAY_MS = 10_000
const IDLE_TIMEOUT_MS = 45_000

export function createClient(options: ClientOptions): Client {
  const { print, retryDelayMs = defaultDelayMs, idleTimeoutMs = IDLE_TIMEOUT_MS } = options
  const connection = createConnection(options)
  return {
    request: async <Result>(document: string | object, variables: object = {}) => {
      const response = await connection.send({ query: toText(document, print), variables }, ACCEPT)
      return (await connection.readResponse(response)) as Result
    },
    subscribe: <Result>(document: string | object, variables: object, rest: SubscribeOptions = {}) =>
      subscribe({
        ...rest,
        connection,
        retryDelayMs,
        idleTimeoutMs,
        query: toText(document, print),
        variables: variables as Record<string, unknown>,
      }) as AsyncGenerator<Result, void>,
  }
}

/** Source: https://graphql.github.io/graphql-over-http/draft/#sec-Accept */
const ACCEPT = 'application/graphql-response+json, application/json;q=0.9'

/** Doubles, with a random part so that the clients of a server that restarts do not return at once. */
function defaultDelayMs(attempt: number): number | undefined {
  if (attempt >= ATTEMPTS) return undefined
  return Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt) * (0.5 + Math.random() / 2)
}
