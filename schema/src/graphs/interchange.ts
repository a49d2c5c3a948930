import type {
  ExportedGraph,
  Graph,
  GraphFormat,
  ImportedGraph,
  ImportedNode,
  ImportReport,
  MissingBlock,
  RepeatableResult,
  TransferChange,
  TransferKind,
} from '@ashlar/core'
import { describeAccountId, parseAccountId } from '../base/account-id.ts'
import { builder } from '../base/builder.ts'
import { parseGlobalId } from '../base/global-ids.ts'
import { defineMutation, findMade, type PayloadBuilder } from '../base/mutation.ts'
import { GraphList, GraphType } from '../refs/graphs.ts'

const GraphFormatType = builder.enumType('GraphFormat', {
  description: 'A format of graph files.',
  values: {
    ASHLAR: { description: 'The format of `ashlar graph export`: `{ name, description, labels, document, graphs }`.' },
    AUTOGPT: { description: 'The format in which the AutoGPT Platform exports agents.' },
  } satisfies Record<GraphFormat, object>,
})

const GraphTransferKind = builder.enumType('GraphTransferKind', {
  description: 'What happened to a part of a graph when it was imported or exported.',
  values: {
    MAPPED: { description: 'It has another form.' },
    RECOMPUTED: { description: 'It was computed again.' },
    DROPPED: { description: 'It was left out.' },
    MISSING: { description: 'Something has to be added before the graph can run, such as a block or a credential.' },
  } satisfies Record<TransferKind, object>,
})

const GraphTransferChange = builder.objectRef<TransferChange>('GraphTransferChange').implement({
  description: 'A difference between a graph and its form in another format.',
  fields: (t) => ({
    kind: t.expose('kind', { type: GraphTransferKind, description: 'What happened.' }),
    path: t.stringList({
      description: 'The place in the node or the graph of the file: `["input_default", "credentials"]`, `["links", "3"]`.',
      resolve: ({ path }) => path.split('.'),
    }),
    message: t.exposeString('message', { description: 'For people: what changed and what to do.' }),
    providerName: t.string({
      nullable: true,
      description: 'The provider of a credential. Null if the change concerns no credential.',
      resolve: ({ provider }) => provider,
    }),
  }),
})

const ImportedNodeStatus = builder.enumType('ImportedNodeStatus', {
  description: 'Whether an imported node can run.',
  values: {
    MAPPED: { description: 'Its block is installed.' },
    PLACEHOLDER: { description: 'Its block is not installed, or does not fit. A placeholder keeps its data.' },
    UNAVAILABLE: { description: 'Its block is known, but cannot run in this version of Ashlar.' },
  } satisfies Record<ImportedNode['status'], object>,
})

const ImportedNodeType = builder.objectRef<ImportedNode>('ImportedNode').implement({
  description: 'What became of a node of an imported file.',
  fields: (t) => ({
    sourceId: t.exposeString('sourceId', { description: 'The id of the node in the file.' }),
    nodeId: t.exposeString('nodeId', { description: 'The key of the node in the graph.' }),
    sourceBlock: t.exposeString('sourceBlock', { description: 'The block in the file.' }),
    block: t.exposeString('block', { description: 'The qualified name of the block in the graph.' }),
    status: t.expose('status', { type: ImportedNodeStatus, description: 'Whether the node can run.' }),
    changes: t.expose('changes', { type: [GraphTransferChange], description: 'The differences from the file.' }),
  }),
})

const ImportedGraphType = builder.objectRef<ImportedGraph>('ImportedGraph').implement({
  description: 'A graph that an import has created.',
  fields: (t) => ({
    graph: t.field({ type: GraphType, nullable: true, description: 'The graph.', resolve: ({ graph }) => graph }),
    sourceId: t.string({
      nullable: true,
      description: 'The id or the key of the graph in the file. Null if it has none.',
      resolve: ({ sourceId }) => sourceId,
    }),
    nodes: t.expose('nodes', {
      type: [ImportedNodeType],
      description: 'The nodes of the file. Empty for the format `ASHLAR`, which keeps all nodes as they are.',
    }),
    changes: t.expose('changes', { type: [GraphTransferChange], description: 'The differences that belong to no node.' }),
  }),
})

const MissingBlockType = builder.objectRef<MissingBlock>('MissingBlock').implement({
  description: 'A block that imported nodes need and that cannot run here.',
  fields: (t) => ({
    block: t.exposeString('block', { description: 'The id of the block in the file.' }),
    name: t.string({
      nullable: true,
      description: 'The name of the block. Null if it is not known.',
      resolve: ({ name }) => name,
    }),
    reason: t.exposeString('reason', { description: 'For people: why the nodes cannot run.' }),
    count: t.exposeInt('count', { description: 'The number of nodes with this block.' }),
  }),
})

const ImportReportType = builder.objectRef<ImportReport>('GraphImportReport').implement({
  description: 'What an import mapped, computed again, dropped and did not find.',
  fields: (t) => ({
    format: t.expose('format', { type: GraphFormatType, description: 'The format of the file.' }),
    graphs: t.expose('graphs', {
      type: [ImportedGraphType],
      description: 'The graph of the file first, then the graphs that it runs.',
    }),
    missingBlocks: t.expose('missingBlocks', { type: [MissingBlockType], description: 'The blocks that cannot run here.' }),
    providerNames: t.exposeStringList('providers', {
      description: 'The qualified names of the providers for which nodes need a credential.',
    }),
  }),
})

interface ImportResult {
  graph: Graph
  graphs: Graph[]
  report: ImportReport
}

/** The report with the ids of the graphs. */
interface SavedImport {
  report: Omit<ImportReport, 'graphs'> & { graphs: (Omit<ImportedGraph, 'graph'> & { graphId: string })[] }
}

const importRepetition: RepeatableResult<ImportResult> = {
  save: ({ report }): SavedImport => ({
    report: { ...report, graphs: report.graphs.map(({ graph, ...rest }) => ({ ...rest, graphId: graph.id })) },
  }),
  load: async ({ report: saved }: SavedImport, api) => {
    const graphs = await Promise.all(
      saved.graphs.map(async ({ graphId, ...rest }) => ({
        ...rest,
        graph: await findMade(graphId, (ids) => api.graphs.find(ids)),
      })),
    )
    return toImportResult({ ...saved, graphs })
  },
}

function toImportResult(report: ImportReport): ImportResult {
  const graphs = report.graphs.map(({ graph }) => graph)
  const [graph] = graphs
  if (!graph) throw new Error('an import creates at least one graph')
  return { graph, graphs, report }
}

defineMutation('importGraph', {
  scope: 'WRITE_GRAPHS',
  description:
    'Creates the graph of a file, and the graphs that it runs. Saves all or nothing. Blocks that are not installed become placeholders.',
  input: (t) => ({
    format: t.field({ type: GraphFormatType, description: 'The format of the file. The default is the format that it has.' }),
    document: t.field({
      type: 'JSON',
      required: true,
      description: 'The content of the file, or its text. At most 16777216 characters of JSON.',
    }),
    name: t.string({ description: 'The name of the graph, 1 to 200 characters. The default is the name in the file.' }),
    accountId: t.id(describeAccountId('The account of the new graphs.')),
  }),
  payload: (t: PayloadBuilder<ImportResult>) => ({
    graph: t.field({ type: GraphType, nullable: true, description: 'The graph of the file.', resolve: ({ graph }) => graph }),
    graphEdge: t.field({
      type: GraphList.Edge,
      nullable: true,
      description: 'The edge of the graph, for lists of graphs.',
      resolve: ({ graph }) => graph && GraphList.toEdge(graph),
    }),
    graphs: t.field({
      type: [GraphType],
      nullable: true,
      description: 'All created graphs: the graph of the file first, then the graphs that it runs.',
      resolve: ({ graphs }) => graphs,
    }),
    report: t.field({
      type: ImportReportType,
      nullable: true,
      description: 'What was mapped, computed again, dropped and not found.',
      resolve: ({ report }) => report,
    }),
  }),
  repetition: importRepetition,
  resolve: async ({ format, document, name, accountId }, { api }) => {
    const report = await api.graphs.import({
      format: format ?? undefined,
      document,
      name: name ?? undefined,
      accountId: parseAccountId(accountId),
    })
    return toImportResult(report)
  },
})

defineMutation('exportGraph', {
  scope: 'READ_GRAPHS',
  description:
    'Returns a graph as a file, with the graphs that its nodes run. Changes nothing. Fails with all parts that the format cannot express.',
  input: (t) => ({
    graphId: t.id({ required: true, description: 'Global id of the graph.' }),
    format: t.field({ type: GraphFormatType, description: 'The format of the file. The default is `ASHLAR`.' }),
    version: t.int({ description: 'The number of the version. The default is the active version.' }),
  }),
  payload: (t: PayloadBuilder<ExportedGraph>) => ({
    format: t.field({
      type: GraphFormatType,
      nullable: true,
      description: 'The format of the file.',
      resolve: ({ format }) => format,
    }),
    document: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The content of the file.',
      resolve: ({ document }) => document,
    }),
    text: t.string({
      nullable: true,
      description: 'The text of the file. Equal graphs have equal texts, and a change of a graph changes few lines.',
      extensions: { isLong: true },
      resolve: ({ text }) => text,
    }),
    changes: t.field({
      type: [GraphTransferChange],
      nullable: true,
      description: 'What the format has no field for. Empty for `ASHLAR`.',
      resolve: ({ changes }) => changes,
    }),
  }),
  resolve: ({ graphId, format, version }, { api }) =>
    api.graphs.export(parseGlobalId(graphId, 'Graph', 'graphId'), {
      format: format ?? undefined,
      version: version ?? undefined,
    }),
})
