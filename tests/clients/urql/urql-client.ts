import { Client, fetchExchange, subscriptionExchange, type Exchange } from '@urql/core'
import { cacheExchange } from '@urql/exchange-graphcache'
import { relayPagination } from '@urql/exchange-graphcache/extras'
import { keys } from '@ashlar/client/keys'
import { possibleTypes } from '@ashlar/client/possible-types'
import { updates } from '@ashlar/client/updates'
import type { CacheClient } from '../cache-client.ts'
import { CREATE_GRAPH, DELETE_GRAPHS, EVENTS, GRAPHS, START_EXECUTION, STATUS, UPDATE_GRAPH } from '../documents.ts'
import type { TestServer } from '../server.ts'

export function createUrqlClient(server: TestServer): CacheClient {
  const client = connect(server)
  /** Loads a page and keeps it in use, so that urql loads it again when it becomes stale. */
  const watch = (variables: { first: number; after?: string | null }): Promise<void> =>
    new Promise((resolve) => {
      client.query(GRAPHS, variables).subscribe(({ stale }) => {
        if (!stale) resolve()
      })
    })
  let first = 0
  const cached = () => client.readQuery(GRAPHS, { first }, { requestPolicy: 'cache-only' })?.data?.graphs
  return {
    async loadGraphs(count) {
      first = count
      await watch({ first })
    },
    loadMoreGraphs: () => watch({ first, after: cached()?.pageInfo.endCursor ?? null }),
    cachedGraphs: () => cached()?.edges.map(({ node }) => node) ?? [],
    async createGraph(input) {
      const { data } = await client.mutation(CREATE_GRAPH, { input })
      return data?.createGraph.errors ?? []
    },
    async renameGraph(graphId, name) {
      await client.mutation(UPDATE_GRAPH, { input: { graphId, name } })
    },
    async deleteGraphs(graphIds) {
      await client.mutation(DELETE_GRAPHS, { input: { graphIds } })
    },
    async startExecution(graphId) {
      const { data } = await client.mutation(START_EXECUTION, { input: { graphId, inputs: { name: 'Ada' } } })
      return data?.startExecution.execution.id ?? ''
    },
    cachedStatus: (id) => client.readQuery(STATUS, { id }, { requestPolicy: 'cache-only' })?.data?.execution?.status,
    follow: (executionId) => (after, onEvent) =>
      new Promise((resolve) => {
        const { unsubscribe } = client.subscription(EVENTS, { executionId, after }).subscribe(({ data, error }) => {
          if (data && !error) onEvent(data.executionEvents.id, data.executionEvents.__typename)
          if (!error && data?.executionEvents.__typename !== 'ExecutionFinished') return
          unsubscribe()
          resolve()
        })
      }),
  }
}

function connect({ url, authorization, connectSocket }: TestServer): Client {
  const socket = connectSocket()
  const subscriptions = subscriptionExchange({
    forwardSubscription: ({ query = '', variables = {} }) => ({
      subscribe: ({ next, error, complete }) => ({
        unsubscribe: socket.subscribe(
          { query, variables },
          { next: ({ data = null, errors }) => next(errors ? { data, errors } : { data }), error, complete },
        ),
      }),
    }),
  })
  return new Client({
    url,
    preferGetMethod: false,
    fetchOptions: { headers: { authorization } },
    exchanges: [cache(), fetchExchange, subscriptions],
  })
}

/** The generated settings replace objects that changed, remove deleted ones, and load changed lists again. */
function cache(): Exchange {
  return cacheExchange({
    keys,
    possibleTypes,
    resolvers: {
      Query: {
        graphs: relayPagination(),
        execution: (_parent, { id }) => ({ __typename: 'Execution', id: String(id) }),
      },
    },
    updates,
    // Without an introspected schema, graphcache warns about each field of a fragment that does not match.
    logger: () => undefined,
  })
}
