import { toPage, type Execution } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { fromOldPage, toOldRequest } from '../base/old-pages.ts'
import { GraphType, GraphVersionType } from '../refs/graphs.ts'
import { EventList, loadEvents } from './events.ts'
import { NodeExecutionList, toListedRun } from './node-execution.ts'
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
      load: ({ id }, request, context) => loadEvents(id, request, context),
    }),
    nodeExecutions: NodeExecutionList.field(t, {
      description: 'All node executions, grouped by node in the order of the graph.',
      load: async ({ id }, { first, after }, { runtime, user }) => {
        const all = (await runtime.executions.nodeExecutions(user.id, id)).map((run) => toListedRun(id, run))
        const start = after ? all.findIndex(({ position }) => position.id === after.id) + 1 : 0
        return toPage(all.slice(start, start + first + 1), first, all.length)
      },
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
