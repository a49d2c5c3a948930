import {
  commitMutation,
  ConnectionHandler,
  createOperationDescriptor,
  fetchQuery,
  requestSubscription,
  type ConcreteRequest,
  type Variables,
} from 'relay-runtime'
import type { Fault } from '@ashlar/client'
import type { CacheClient, CachedGraph } from '../cache-client.ts'
import type { TestServer } from '../server.ts'
import type { Artifacts } from './compile.ts'
import { createEnvironment } from './environment.ts'

interface Graphs {
  graphs: { edges: { node: CachedGraph }[]; pageInfo: { endCursor: string } }
}

interface Event {
  executionEvents: { __typename: string; id: string }
}

/** Relay puts edges into lists by the directives of its documents. It needs no code for that. */
export function createRelayClient(server: TestServer, artifacts: Artifacts): CacheClient {
  const environment = createEnvironment(server)
  const connections = [ConnectionHandler.getConnectionID('client:root', 'documents_graphs')]
  const load = (request: ConcreteRequest, variables: Variables) => fetchQuery(environment, request, variables).toPromise()
  const read = (request: ConcreteRequest, variables: Variables): unknown => {
    const operation = createOperationDescriptor(request, variables)
    environment.retain(operation)
    return environment.lookup(operation.fragment).data
  }
  const mutate = (mutation: ConcreteRequest, variables: Variables): Promise<unknown> =>
    new Promise((resolve, reject) => {
      commitMutation(environment, {
        mutation,
        variables,
        onCompleted: (response, errors) => (errors ? reject(new Error(errors[0]?.message)) : resolve(response)),
        onError: reject,
      })
    })
  const readGraphs = (): Graphs['graphs'] => (read(artifacts.graphs, { first: 0 }) as Graphs).graphs
  return {
    loadGraphs: async (first) => void (await load(artifacts.graphs, { first })),
    loadMoreGraphs: async () => void (await load(artifacts.graphs, { first: 10, after: readGraphs().pageInfo.endCursor })),
    cachedGraphs: () => readGraphs().edges.map(({ node }) => node),
    async createGraph(input) {
      const { createGraph } = (await mutate(artifacts.createGraph, { input, connections })) as {
        createGraph: { errors: Fault[] }
      }
      return createGraph.errors
    },
    renameGraph: async (graphId, name) => void (await mutate(artifacts.updateGraph, { input: { graphId, name } })),
    deleteGraphs: async (graphIds) => void (await mutate(artifacts.deleteGraphs, { input: { graphIds }, connections })),
    async startExecution(graphId) {
      const response = await mutate(artifacts.startExecution, { input: { graphId, inputs: { name: 'Ada' } } })
      return (response as { startExecution: { execution: { id: string } } }).startExecution.execution.id
    },
    cachedStatus: (id) => environment.getStore().getSource().get(id)?.status as string | undefined,
    follow: (executionId) => (after, onEvent) =>
      new Promise((resolve) => {
        requestSubscription(environment, {
          subscription: artifacts.events,
          variables: { executionId, after },
          onNext: (response) => {
            const { id, __typename } = (response as Event).executionEvents
            onEvent(id, __typename)
          },
          onCompleted: resolve,
          onError: () => resolve(),
        })
      }),
  }
}
