import type { Graph } from '@ashlar/core'
import { parseGlobalId } from '../base/global-ids.ts'
import { defineMutation } from '../base/mutation.ts'
import { GraphList, GraphType } from '../refs/graphs.ts'
import type { PayloadBuilder } from '../base/mutation.ts'

const DOCUMENT = '`{ nodes: [{ id, block, inputs }], links: [{ from: "node.pin", to: "node.pin" }] }`'
const GRAPH_ID = { required: true, description: 'Global id of the graph.' } as const

const graphFields = (t: PayloadBuilder<{ graph: Graph }>) => ({
  graph: t.field({ type: GraphType, nullable: true, description: 'The graph.', resolve: ({ graph }) => graph }),
  graphEdge: t.field({
    type: GraphList.Edge,
    nullable: true,
    description: 'The edge of the graph, for lists of graphs.',
    resolve: ({ graph }) => graph && GraphList.toEdge(graph),
  }),
})

defineMutation('createGraph', {
  description: 'Saves a new graph. Its version 1 is active.',
  input: (t) => ({
    name: t.string({ required: true, description: '1 to 200 characters.' }),
    description: t.string({ description: 'For people. The default is empty.' }),
    document: t.field({ type: 'JSON', required: true, description: DOCUMENT }),
  }),
  payload: graphFields,
  resolve: async ({ name, description, document }, { runtime, user }) => ({
    graph: await runtime.graphs.create(user.id, { name, description: description ?? undefined, document }),
  }),
})

defineMutation('saveGraphVersion', {
  description: 'Saves a new version and activates it. Fails with VERSION_CONFLICT if `basedOn` is not the newest version.',
  input: (t) => ({
    graphId: t.id(GRAPH_ID),
    basedOn: t.int({
      required: true,
      description: 'The number of the version on which this one is based. It must be the newest version.',
    }),
    document: t.field({ type: 'JSON', required: true, description: DOCUMENT }),
  }),
  payload: graphFields,
  resolve: async (input, { runtime, user }) => {
    const graphId = parseGraphId(input)
    await runtime.graphs.saveVersion(user.id, graphId, input.basedOn, input.document)
    return { graph: await runtime.graphs.get(user.id, graphId) }
  },
})

defineMutation('activateGraphVersion', {
  description: 'Makes a version the one that an execution runs by default.',
  input: (t) => ({
    graphId: t.id(GRAPH_ID),
    version: t.int({ required: true, description: 'The number of the version.' }),
  }),
  payload: graphFields,
  resolve: async (input, { runtime, user }) => ({
    graph: await runtime.graphs.activate(user.id, parseGraphId(input), input.version),
  }),
})

defineMutation('deleteGraph', {
  description: 'Deletes a graph. Its executions remain readable.',
  input: (t) => ({ graphId: t.id(GRAPH_ID) }),
  payload: graphFields,
  resolve: async (input, { runtime, user }) => ({ graph: await runtime.graphs.delete(user.id, parseGraphId(input)) }),
})

defineMutation('forkGraph', {
  description: 'Creates a copy of a graph. You own the copy.',
  input: (t) => ({
    graphId: t.id(GRAPH_ID),
    name: t.string({ description: '1 to 200 characters. The default is the name of the graph and "(copy)".' }),
  }),
  payload: graphFields,
  resolve: async (input, { runtime, user }) => ({
    graph: await runtime.graphs.fork(user.id, parseGraphId(input), input.name ?? undefined),
  }),
})

defineMutation('upgradeGraph', {
  description:
    'Saves a new version of the active version with the blocks that are installed now. Fails with all faults if the upgrade is BREAKING. Changes nothing if the version is COMPATIBLE.',
  input: (t) => ({ graphId: t.id(GRAPH_ID) }),
  payload: graphFields,
  resolve: async (input, { runtime, user }) => ({ graph: await runtime.upgrades.upgrade(user.id, parseGraphId(input)) }),
})

defineMutation('importGraph', {
  description: 'Creates a graph from an exported file.',
  input: (t) => ({
    file: t.field({
      type: 'JSON',
      required: true,
      description: 'The output of `ashlar graph export`: `{ name, description, document }`.',
    }),
  }),
  payload: graphFields,
  resolve: async ({ file }, { runtime, user }) => ({ graph: await runtime.graphs.import(user.id, file) }),
})

function parseGraphId({ graphId }: { graphId: string | number }): string {
  return parseGlobalId(graphId, 'Graph', 'graphId')
}
