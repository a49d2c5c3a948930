import type { Graph, GraphVersion } from '@ashlar/core'
import { encodeGlobalId, parseGlobalId } from '../base/global-ids.ts'
import { defineMutation, type PayloadBuilder } from '../base/mutation.ts'
import { GraphList, GraphType, GraphVersionList, GraphVersionType } from '../refs/graphs.ts'
import { GraphDocumentInput } from './document-input.ts'
import { saveDocument } from './stored-document.ts'

const NAME = '1 to 200 characters.'
const LABELS = 'At most 20 different labels of 1 to 50 characters.'
const GRAPH_ID = { required: true, description: 'Global id of the graph.' } as const
const DOCUMENT = { type: GraphDocumentInput, required: true, description: 'The nodes, links and settings.' } as const

const graphFields = (t: PayloadBuilder<{ graph: Graph }>) => ({
  graph: t.field({ type: GraphType, nullable: true, description: 'The graph.', resolve: ({ graph }) => graph }),
  graphEdge: t.field({
    type: GraphList.Edge,
    nullable: true,
    description: 'The edge of the graph, for lists of graphs.',
    resolve: ({ graph }) => graph && GraphList.toEdge(graph),
  }),
})

/** The fields of a mutation that may save a version. */
const versionFields = (t: PayloadBuilder<{ graph: Graph; version: GraphVersion }>, description: string) => ({
  ...graphFields(t as PayloadBuilder<{ graph: Graph }>),
  graphVersion: t.field({ type: GraphVersionType, nullable: true, description, resolve: ({ version }) => version }),
  graphVersionEdge: t.field({
    type: GraphVersionList.Edge,
    nullable: true,
    description: 'The edge of the version, for lists of versions.',
    resolve: ({ version }) => version && GraphVersionList.toEdge(version),
  }),
})

defineMutation('createGraph', {
  description: 'Saves a new graph. Its version 1 is active.',
  input: (t) => ({
    name: t.string({ required: true, description: NAME }),
    description: t.string({ description: 'For people. The default is empty.' }),
    labels: t.stringList({ description: `${LABELS} The default is none.` }),
    document: t.field(DOCUMENT),
  }),
  payload: graphFields,
  resolve: async ({ name, description, labels, document }, { runtime, user }) => ({
    graph: await saveDocument(document, (stored) =>
      runtime.graphs.create(user.id, {
        name,
        description: description ?? undefined,
        labels: labels ?? undefined,
        document: stored,
      }),
    ),
  }),
})

defineMutation('updateGraph', {
  description: 'Changes the name, the description or the labels of a graph. Fields that are not given keep their values.',
  input: (t) => ({
    graphId: t.id(GRAPH_ID),
    name: t.string({ description: NAME }),
    description: t.string({ description: 'For people. May be empty.' }),
    labels: t.stringList({ description: `${LABELS} They replace all labels of the graph.` }),
  }),
  payload: graphFields,
  resolve: async ({ graphId, name, description, labels }, { runtime, user }) => ({
    graph: await runtime.graphs.update(user.id, parseGraphId({ graphId }), {
      name: name ?? undefined,
      description: description ?? undefined,
      labels: labels ?? undefined,
    }),
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
    document: t.field(DOCUMENT),
  }),
  payload: (t: PayloadBuilder<{ graph: Graph; version: GraphVersion }>) => versionFields(t, 'The new version.'),
  resolve: async (input, { runtime, user }) => {
    const graphId = parseGraphId(input)
    const version = await saveDocument(input.document, (document) =>
      runtime.graphs.saveVersion(user.id, graphId, input.basedOn, document),
    )
    return { graph: await runtime.graphs.get(user.id, graphId), version }
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

defineMutation('deleteGraphs', {
  description: 'Deletes all of the graphs, or none if one of them does not exist. Their executions remain readable.',
  input: (t) => ({
    graphIds: t.idList({ required: true, description: 'Global ids of at most 100 graphs.' }),
  }),
  payload: (t: PayloadBuilder<{ graphs: Graph[]; deletedGraphIds: string[] }>) => ({
    graphs: t.field({
      type: [GraphType],
      nullable: true,
      description: 'The deleted graphs, each once.',
      resolve: ({ graphs }) => graphs,
    }),
    deletedGraphIds: t.idList({
      nullable: true,
      description: 'The global ids of the deleted graphs, each once.',
      resolve: ({ deletedGraphIds }) => deletedGraphIds,
    }),
  }),
  resolve: async ({ graphIds }, { runtime, user }) => {
    const ids = graphIds.map((id, i) => parseGlobalId(id, 'Graph', 'graphIds', i))
    const graphs = await runtime.graphs.delete(user.id, ids)
    return { graphs, deletedGraphIds: graphs.map(({ id }) => encodeGlobalId('Graph', id)) }
  },
})

defineMutation('forkGraph', {
  description: 'Creates a copy of a graph. You own the copy.',
  input: (t) => ({
    graphId: t.id(GRAPH_ID),
    name: t.string({ description: `${NAME} The default is the name of the graph and "(copy)".` }),
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
  payload: (t: PayloadBuilder<{ graph: Graph; version: GraphVersion }>) =>
    versionFields(t, 'The active version: the new one, or the previous one if nothing has changed.'),
  resolve: async (input, { runtime, user }) => {
    const graph = await runtime.upgrades.upgrade(user.id, parseGraphId(input))
    const version = (await runtime.graphs.findVersions(user.id, [graph.activeVersionId])).get(graph.activeVersionId)
    if (!version) throw new Error(`there is no graph version ${graph.activeVersionId}`)
    return { graph, version }
  },
})

function parseGraphId({ graphId }: { graphId: string | number }): string {
  return parseGlobalId(graphId, 'Graph', 'graphId')
}
