import {
  Environment,
  Network,
  Observable,
  RecordSource,
  Store,
  type FetchFunction,
  type GraphQLResponse,
  type SubscribeFunction,
} from 'relay-runtime'
import type { TestServer } from '../server.ts'

/** A Relay environment that sends queries and mutations over HTTP and subscriptions over a WebSocket. */
export function createEnvironment({ url, authorization, connectSocket }: TestServer): Environment {
  const socket = connectSocket()
  const fetchGraphQL: FetchFunction = async ({ text }, variables) => {
    const headers = { authorization, 'content-type': 'application/json' }
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query: text, variables }) })
    return (await response.json()) as GraphQLResponse
  }
  const subscribe: SubscribeFunction = ({ text }, variables) =>
    Observable.create((sink) =>
      socket.subscribe(
        { query: text ?? '', variables },
        {
          next: (result) => sink.next(result as GraphQLResponse),
          error: (cause) => sink.error(new Error('the subscription failed', { cause })),
          complete: () => sink.complete(),
        },
      ),
    )
  return new Environment({ network: Network.create(fetchGraphQL, subscribe), store: new Store(new RecordSource()) })
}
