import { builder } from '../base/builder.ts'
import { connectionOf, parsePage } from '../base/connections.ts'
import { ExecutionConnection, ExecutionType } from '../refs/executions.ts'
import { parseGlobalId } from '../base/global-ids.ts'
import { GraphConnection, GraphType, GraphVersionConnection, GraphVersionType } from '../refs/graphs.ts'

builder.objectType(GraphType, {
  description: 'Nodes and links, in versions; one version is active.',
  fields: (t) => ({
    name: t.exposeString('name'),
    description: t.exposeString('description'),
    activeVersion: t.field({
      type: GraphVersionType,
      description: 'What an execution runs unless it names another version.',
      resolve: ({ activeVersionId }) => activeVersionId,
    }),
    forkedFrom: t.field({ type: GraphVersionType, nullable: true, resolve: ({ forkedFromId }) => forkedFromId }),
    versions: t.connection(
      {
        type: GraphVersionType,
        description: 'Newest first.',
        resolve: async ({ id }, page, { runtime, user }) =>
          connectionOf(
            await runtime.graphs.versions(user.id, id, parsePage(page, 'GraphVersion')),
            'GraphVersion',
            (version) => version.id,
          ),
      },
      GraphVersionConnection,
    ),
    executions: t.connection(
      {
        type: ExecutionType,
        description: 'Newest first.',
        resolve: async ({ id }, page, { runtime, user }) =>
          connectionOf(
            await runtime.executions.list(user.id, { graphId: id }, parsePage(page, 'Execution')),
            'Execution',
            (execution) => execution.id,
          ),
      },
      ExecutionConnection,
    ),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime' }),
  }),
})

export const FaultType = builder.objectRef<{ path: string; message: string }>('GraphFault').implement({
  description: 'A fault in a graph document.',
  fields: (t) => ({ path: t.exposeString('path'), message: t.exposeString('message') }),
})

export const WarningType = builder.objectRef<{ path: string; message: string }>('GraphWarning').implement({
  description: 'What is most likely a mistake in a graph document, although it can be saved and run.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'The place in the document: `links.2`, `nodes.greet.inputs.format`.' }),
    message: t.exposeString('message', { description: 'For people: both types, what happens to the value, and what to do.' }),
  }),
})

builder.queryFields((t) => ({
  graphs: t.connection(
    {
      type: GraphType,
      description: 'Your graphs, newest first.',
      resolve: async (_root, page, { runtime, user }) =>
        connectionOf(await runtime.graphs.list(user.id, parsePage(page, 'Graph')), 'Graph', (graph) => graph.id),
    },
    GraphConnection,
  ),
  graph: t.field({
    type: GraphType,
    nullable: true,
    args: { id: t.arg.id({ required: true }) },
    resolve: async (_root, { id }, { runtime, user }) => {
      const graphId = parseGlobalId(id, 'Graph', 'id')
      return (await runtime.graphs.find(user.id, [graphId])).get(graphId)
    },
  }),
  validateGraph: t.field({
    type: [FaultType],
    description: 'Every fault of a graph document; nothing is saved.',
    args: { document: t.arg({ type: 'JSON', required: true }) },
    resolve: (_root, { document }, { runtime, user }) => runtime.graphs.validate(user.id, document),
  }),
  graphWarnings: t.field({
    type: [WarningType],
    description:
      'Links and constants of a graph document whose value loses its meaning when it is converted to the type of the pin, such as a list that becomes its length. Nothing is saved.',
    args: { document: t.arg({ type: 'JSON', required: true }) },
    resolve: (_root, { document }, { runtime, user }) => runtime.graphWarnings.ofDocument(user.id, document),
  }),
}))
