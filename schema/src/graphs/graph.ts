import type { Fault } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { fromOldPage, toOldRequest } from '../base/old-pages.ts'
import { ExecutionList } from '../refs/executions.ts'
import { parseGlobalId } from '../base/global-ids.ts'
import { GraphList, GraphType, GraphVersionList, GraphVersionType } from '../refs/graphs.ts'

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
    versions: GraphVersionList.field(t, {
      description: 'The versions of the graph, newest first.',
      load: async ({ id }, request, { runtime, user }) =>
        fromOldPage(await runtime.graphs.versions(user.id, id, toOldRequest(request as never))),
    }),
    executions: ExecutionList.field(t, {
      description: 'The executions of the graph, newest first.',
      load: async ({ id }, request, { runtime, user }) =>
        fromOldPage(await runtime.executions.list(user.id, { graphId: id }, toOldRequest(request as never))),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime' }),
  }),
})

export const FaultType = builder.objectRef<Fault>('GraphFault').implement({
  description: 'A fault in a graph document.',
  fields: (t) => ({
    path: t.stringList({
      description: 'The place in the document: `["nodes", "greet", "inputs", "format"]`.',
      resolve: splitPath,
    }),
    message: t.exposeString('message', { description: 'For people: what was expected, what was received and what to do.' }),
  }),
})

function splitPath({ path }: Fault): string[] {
  return path === '' ? [] : path.split('.')
}

export const WarningType = builder.objectRef<Fault>('GraphWarning').implement({
  description: 'A probable mistake in a graph document. The graph can be saved and run.',
  fields: (t) => ({
    path: t.stringList({
      description: 'The place in the document: `["links", "2"]`, `["nodes", "greet", "inputs", "format"]`.',
      resolve: splitPath,
    }),
    message: t.exposeString('message', {
      description: 'For people: both types, the conversion of the value and how to correct the graph.',
    }),
  }),
})

builder.queryFields((t) => ({
  graphs: GraphList.field(t, {
    description: 'Your graphs, newest first.',
    load: async (_root, request, { runtime, user }) =>
      fromOldPage(await runtime.graphs.list(user.id, toOldRequest(request as never))),
  }),
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
