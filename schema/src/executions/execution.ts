import type { Execution } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { fromOldPage, toOldRequest } from '../base/old-pages.ts'
import { GraphType, GraphVersionType } from '../refs/graphs.ts'
import { EventList, loadEvents } from './events.ts'
import { ExecutionFileList, loadFiles } from './files.ts'
import { loadNodeExecutions, NodeExecutionList } from './node-execution.ts'
import { parseGlobalId } from '../base/global-ids.ts'
import { ExecutionList, ExecutionStatusType, ExecutionType, ReasonType } from '../refs/executions.ts'

builder.objectType(ExecutionType, {
  description: 'One durable run of a graph version.',
  fields: (t) => ({
    status: t.expose('status', { type: ExecutionStatusType }),
    graph: t.field({
      type: GraphType,
      nullable: true,
      description: 'Null if a single block was run or the graph was deleted.',
      resolve: getGraphId,
    }),
    version: t.field({ type: GraphVersionType, resolve: ({ versionId }) => versionId }),
    inputs: t.expose('inputs', { type: 'JSON' }),
    outputs: t.expose('outputs', {
      type: 'JSON',
      description: 'For each output of the graph, the values that reached it, in order.',
    }),
    failedNodes: t.exposeStringList('failedNodes', {
      description: 'The nodes that failed, including those whose failure was handled.',
    }),
    reason: t.expose('reason', { type: ReasonType, nullable: true, description: 'Why it failed, was cancelled or is waiting.' }),
    origin: t.field({
      type: ExecutionType,
      nullable: true,
      description: 'The execution of which this one is a retry or a replay.',
      resolve: ({ originId }) => originId ?? null,
    }),
    parent: t.field({
      type: ExecutionType,
      nullable: true,
      description: 'The execution whose node started this one.',
      resolve: ({ parentId }) => parentId ?? null,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true }),
    events: EventList.field(t, {
      description: 'The journal: all events in order. The cursor of an event is its `id`.',
      loadMany: loadEvents,
    }),
    nodeExecutions: NodeExecutionList.field(t, {
      description: 'All node executions, grouped by node in the order of the graph.',
      loadMany: loadNodeExecutions,
    }),
    files: ExecutionFileList.field(t, {
      description: 'The files that its blocks have stored. The executions that its nodes run share them.',
      loadMany: loadFiles,
    }),
  }),
})

function getGraphId({ graphId }: Execution): string | null {
  return graphId ?? null
}

builder.queryFields((t) => ({
  executions: ExecutionList.field(t, {
    description: 'Your executions, newest first.',
    load: async (_root, request, { runtime, user }) => {
      const { graphId } = request.filter
      const filter = { graphId: graphId == null ? undefined : parseGlobalId(graphId, 'Graph', 'graphId') }
      return fromOldPage(await runtime.executions.list(user.id, filter, toOldRequest(request as never)))
    },
  }),
  execution: t.field({
    type: ExecutionType,
    nullable: true,
    args: { id: t.arg.id({ required: true }) },
    resolve: async (_root, { id }, { runtime, user }) => {
      const executionId = parseGlobalId(id, 'Execution', 'id')
      return (await runtime.executions.find(user.id, [executionId])).get(executionId)
    },
  }),
}))
