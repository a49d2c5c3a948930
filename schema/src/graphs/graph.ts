import type { OldPage, OldPageRequest, Page, PageRequest } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { toConnection, parsePage } from '../base/connections.ts'
import { ExecutionConnection, ExecutionType } from '../refs/executions.ts'
import { parseGlobalId } from '../base/global-ids.ts'
import { GraphConnection, GraphType, GraphVersionConnection, GraphVersionType } from '../refs/graphs.ts'

builder.objectType(GraphType, {
  description: 'A saved program of nodes and links. It has versions, of which one is active.',
  fields: (t) => ({
    name: t.exposeString('name'),
    description: t.exposeString('description'),
    activeVersion: t.field({
      type: GraphVersionType,
      description: 'The version that an execution runs by default.',
      resolve: ({ activeVersionId }) => activeVersionId,
    }),
    forkedFrom: t.field({ type: GraphVersionType, nullable: true, resolve: ({ forkedFromId }) => forkedFromId }),
    versions: t.connection(
      {
        type: GraphVersionType,
        description: 'Newest first.',
        resolve: async ({ id }, page, { runtime, user }) =>
          toConnection(
            toOldPage((await runtime.graphs.versionsOf(user.id, [id], toRequest(parsePage(page, 'GraphVersion')))).get(id)),
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
          toConnection(
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
  description: 'A probable mistake in a graph document. The graph can be saved and run.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'The place in the document: `links.2`, `nodes.greet.inputs.format`.' }),
    message: t.exposeString('message', {
      description: 'For people: both types, the conversion of the value and how to correct the graph.',
    }),
  }),
})

builder.queryFields((t) => ({
  graphs: t.connection(
    {
      type: GraphType,
      description: 'Your graphs, newest first.',
      resolve: async (_root, page, { runtime, user }) =>
        toConnection(
          toOldPage(await runtime.graphs.list(user.id, toRequest(parsePage(page, 'Graph')))),
          'Graph',
          (graph) => graph.id,
        ),
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
    description: 'Returns all faults of a graph document without saving it.',
    args: { document: t.arg({ type: 'JSON', required: true }) },
    resolve: (_root, { document }, { runtime, user }) => runtime.graphs.validate(user.id, document),
  }),
  graphWarnings: t.field({
    type: [WarningType],
    description:
      'Returns the links and constants of a graph document whose value loses its meaning when it is converted to the type of the pin, such as a list that becomes its length. Nothing is saved.',
    args: { document: t.arg({ type: 'JSON', required: true }) },
    resolve: (_root, { document }, { runtime, user }) => runtime.graphWarnings.ofDocument(user.id, document),
  }),
}))

function toRequest({ first, after }: OldPageRequest): PageRequest<object, 'CREATED_AT'> {
  const position = after === undefined ? undefined : { value: after, id: after }
  return { first, after: position, orderBy: { field: 'CREATED_AT', direction: 'DESC' }, filter: {}, countTotal: true }
}

function toOldPage<T>(page: Page<T> | undefined): OldPage<T> {
  return { items: page?.items.map(({ item }) => item) ?? [], hasMore: page?.hasMore ?? false, total: page?.total ?? 0 }
}
