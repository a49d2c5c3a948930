import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client'
import { GraphQLWsLink } from '@apollo/client/link/subscriptions'
import { relayStylePagination } from '@apollo/client/utilities'
import { possibleTypes } from '@ashlar/client/possible-types'
import type { CacheClient } from '../cache-client.ts'
import { CREATE_GRAPH, DELETE_GRAPHS, EVENTS, GRAPHS, START_EXECUTION, STATUS, UPDATE_GRAPH } from '../documents.ts'
import type { TestServer } from '../server.ts'

/**
 * Apollo Client replaces an object that changed in all lists by its id. It does not add an object to a list on its own:
 * a mutation names the queries to load again.
 */
export function createApolloClient(server: TestServer): CacheClient {
  const client = connect(server)
  const graphs = client.watchQuery({ query: GRAPHS, variables: { first: 10 } })
  const refetch = { refetchQueries: ['Graphs'], awaitRefetchQueries: true }
  const cached = () => client.cache.readQuery({ query: GRAPHS, variables: { first: 10 } })?.graphs
  return {
    async loadGraphs(first) {
      graphs.subscribe(() => undefined)
      await graphs.refetch({ first })
    },
    async loadMoreGraphs() {
      await graphs.fetchMore({ variables: { first: 10, after: cached()?.pageInfo.endCursor ?? null } })
    },
    cachedGraphs: () => cached()?.edges.map(({ node }) => node) ?? [],
    async createGraph(input) {
      const { data } = await client.mutate({ mutation: CREATE_GRAPH, variables: { input }, ...refetch })
      return data?.createGraph.errors ?? []
    },
    async renameGraph(graphId, name) {
      await client.mutate({ mutation: UPDATE_GRAPH, variables: { input: { graphId, name } } })
    },
    async deleteGraphs(graphIds) {
      await client.mutate({ mutation: DELETE_GRAPHS, variables: { input: { graphIds } }, ...refetch })
    },
    async startExecution(graphId) {
      const input = { graphId, inputs: { name: 'Ada' } }
      const { data } = await client.mutate({ mutation: START_EXECUTION, variables: { input } })
      return data?.startExecution.execution.id ?? ''
    },
    cachedStatus: (id) => client.cache.readQuery({ query: STATUS, variables: { id } })?.execution?.status,
    follow: (executionId) => (after, onEvent) =>
      new Promise((resolve) => {
        client.subscribe({ query: EVENTS, variables: { executionId, after } }).subscribe({
          next: ({ data }) => data && onEvent(data.executionEvents.id, data.executionEvents.__typename),
          complete: resolve,
        })
      }),
  }
}

function connect({ url, authorization, connectSocket }: TestServer): ApolloClient {
  const link = ApolloLink.split(
    ({ operationType }) => String(operationType) === 'subscription',
    new GraphQLWsLink(connectSocket()),
    new HttpLink({ uri: url, headers: { authorization } }),
  )
  const cache = new InMemoryCache({
    possibleTypes,
    typePolicies: {
      Query: {
        fields: {
          graphs: relayStylePagination(['filter', 'orderBy']),
          execution: (_value, { args, toReference }) => toReference({ __typename: 'Execution', id: String(args?.id) }),
        },
      },
    },
  })
  return new ApolloClient({ link, cache })
}
