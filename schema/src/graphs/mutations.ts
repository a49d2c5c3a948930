import type { Graph, GraphVersion, RepeatableResult } from '@ashlar/core'
import { encodeGlobalId, parseGlobalId } from '../base/global-ids.ts'
import { describeAccountId, parseAccountId } from '../base/account-id.ts'
import { defineMutation, findMade, repeatObject, type PayloadBuilder } from '../base/mutation.ts'
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

const graphRepetition = repeatObject(
  'graph',
  ({ id }: Graph) => id,
  (api, ids) => api.graphs.find(ids),
)

const versionRepetition: RepeatableResult<{ graph: Graph; version: GraphVersion }> = {
  save: ({ graph, version }) => ({ graphId: graph.id, versionId: version.id }),
  load: async ({ graphId, versionId }: { graphId: string; versionId: string }, api) => ({
    graph: await findMade(graphId, (ids) => api.graphs.find(ids)),
    version: await findMade(versionId, (ids) => api.graphs.findVersions(ids)),
  }),
}

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
  scope: 'WRITE_GRAPHS',
  description: 'Saves a new graph. Its version 1 is active.',
  input: (t) => ({
    name: t.string({ required: true, description: NAME }),
    description: t.string({ description: 'For people. The default is empty.' }),
    labels: t.stringList({ description: `${LABELS} The default is none.` }),
    document: t.field(DOCUMENT),
    accountId: t.id(describeAccountId('The account of the new graph.')),
  }),
  repetition: graphRepetition,
  payload: graphFields,
  resolve: async ({ name, description, labels, document, accountId }, { api }) => ({
    graph: await saveDocument(document, (stored) =>
      api.graphs.create({
        name,
        description: description ?? undefined,
        labels: labels ?? undefined,
        document: stored,
        accountId: parseAccountId(accountId),
      }),
    ),
  }),
})

defineMutation('updateGraph', {
  scope: 'WRITE_GRAPHS',
  description: 'Changes the name, the description or the labels of a graph. Fields that are not given keep their values.',
  input: (t) => ({
    graphId: t.id(GRAPH_ID),
    name: t.string({ description: NAME }),
    description: t.string({ description: 'For people. May be empty.' }),
    labels: t.stringList({ description: `${LABELS} They replace all labels of the graph.` }),
  }),
  payload: graphFields,
  resolve: async ({ graphId, name, description, labels }, { api }) => ({
    graph: await api.graphs.update(parseGraphId({ graphId }), {
      name: name ?? undefined,
      description: description ?? undefined,
      labels: labels ?? undefined,
    }),
  }),
})

defineMutation('saveGraphVersion', {
  scope: 'WRITE_GRAPHS',
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
  repetition: versionRepetition,
  resolve: async (input, { api }) => {
    const graphId = parseGraphId(input)
    return saveDocument(input.document, (document) => api.graphs.saveVersion(graphId, input.basedOn, document))
  },
})

defineMutation('activateGraphVersion', {
  scope: 'WRITE_GRAPHS',
  description: 'Makes a version the one that an execution runs by default.',
  input: (t) => ({
    graphId: t.id(GRAPH_ID),
    version: t.int({ required: true, description: 'The number of the version.' }),
  }),
  payload: graphFields,
  resolve: async (input, { api }) => ({
    graph: await api.graphs.activate(parseGraphId(input), input.version),
  }),
})

defineMutation('deleteGraphs', {
  scope: 'WRITE_GRAPHS',
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
  resolve: async ({ graphIds }, { api }) => {
    const ids = graphIds.map((id, i) => parseGlobalId(id, 'Graph', 'graphIds', i))
    const graphs = await api.graphs.delete(ids)
    return { graphs, deletedGraphIds: graphs.map(({ id }) => encodeGlobalId('Graph', id)) }
  },
})

defineMutation('forkGraph', {
  scope: 'WRITE_GRAPHS',
  description: 'Creates a copy of a graph.',
  input: (t) => ({
    graphId: t.id(GRAPH_ID),
    accountId: t.id({ description: 'Global id. The account of the copy. The default is the account of the graph.' }),
    name: t.string({ description: `${NAME} The default is the name of the graph and "(copy)".` }),
  }),
  repetition: graphRepetition,
  payload: graphFields,
  resolve: async (input, { api }) => ({
    graph: await api.graphs.fork(parseGraphId(input), {
      name: input.name ?? undefined,
      accountId: parseAccountId(input.accountId),
    }),
  }),
})

defineMutation('transferGraph', {
  scope: 'WRITE_GRAPHS',
  description:
    'Gives a graph to another account, with the graphs that its active version runs. Requires the role ADMIN in both accounts. Executions, credentials and stored values stay in the old account.',
  input: (t) => ({
    graphId: t.id(GRAPH_ID),
    accountId: t.id({ required: true, description: 'Global id of the new account.' }),
  }),
  payload: (t: PayloadBuilder<{ graph: Graph; graphs: Graph[] }>) => ({
    ...graphFields(t as PayloadBuilder<{ graph: Graph }>),
    graphs: t.field({
      type: [GraphType],
      nullable: true,
      description: 'All graphs that were transferred, the graph of the input first.',
      resolve: ({ graphs }) => graphs,
    }),
  }),
  resolve: async (input, { api }) => {
    const graphId = parseGraphId(input)
    const graphs = await api.graphs.transfer(graphId, parseGlobalId(input.accountId, 'Account', 'accountId'))
    const [graph] = graphs
    if (!graph) throw new Error(`the transferred graph ${graphId} does not exist`)
    return { graph, graphs }
  },
})

defineMutation('upgradeGraph', {
  scope: 'WRITE_GRAPHS',
  description:
    'Saves a new version of the active version with the blocks that are installed now. Fails with all faults if the upgrade is BREAKING. Changes nothing if the version is COMPATIBLE.',
  input: (t) => ({ graphId: t.id(GRAPH_ID) }),
  payload: (t: PayloadBuilder<{ graph: Graph; version: GraphVersion }>) =>
    versionFields(t, 'The active version: the new one, or the previous one if nothing has changed.'),
  resolve: (input, { api }) => api.graphs.upgrade(parseGraphId(input)),
})

function parseGraphId({ graphId }: { graphId: string | number }): string {
  return parseGlobalId(graphId, 'Graph', 'graphId')
}
