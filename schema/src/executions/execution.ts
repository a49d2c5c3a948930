import { AshlarError, type Execution } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { toConnection, parsePage } from '../base/connections.ts'
import { GraphType, GraphVersionType } from '../refs/graphs.ts'
import { EventInterface, eventPage } from './events.ts'
import { NodeExecutionType } from './node-execution.ts'
import { parseGlobalId } from '../base/global-ids.ts'
import { ExecutionConnection, ExecutionStatusType, ExecutionType, ReasonType } from '../refs/executions.ts'

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
    events: t.connection({
      type: EventInterface,
      description: 'The journal: all events in order. The cursor of an event is its `seq`.',
      resolve: ({ id }, args, context) => eventPage(id, args, context),
    }),
    nodeExecutions: t.connection({
      type: NodeExecutionType,
      description: 'All node executions, grouped by node in the order of the graph.',
      resolve: async ({ id }, page, { runtime, user }) => {
        const { first } = parsePage(page, 'NodeExecution')
        const request = { first, orderBy: { field: 'NODE', direction: 'ASC' }, filter: {}, countTotal: true } as const
        const found = (await runtime.executions.nodeExecutionsOf(user.id, [id], request)).get(id)
        if (!found || found instanceof AshlarError) throw found ?? new Error('the execution has no page')
        const items = found.items.map(({ item }) => item)
        const getId = ({ nodeId, number }: (typeof items)[number]): string => `${nodeId}.${number}`
        return toConnection({ items, hasMore: found.hasMore, total: found.total ?? 0 }, 'NodeExecution', getId)
      },
    }),
  }),
})

function getGraphId({ graphId }: Execution): string | null {
  return graphId ?? null
}

builder.queryFields((t) => ({
  executions: t.connection(
    {
      type: ExecutionType,
      description: 'Your executions, newest first.',
      args: { graphId: t.arg.id({ description: 'Only executions of this graph.' }) },
      resolve: async (_root, { graphId, ...page }, { runtime, user }) => {
        const filter = { graphId: graphId == null ? undefined : parseGlobalId(graphId, 'Graph', 'graphId') }
        return toConnection(
          await runtime.executions.list(user.id, filter, parsePage(page, 'Execution')),
          'Execution',
          (execution) => execution.id,
        )
      },
    },
    ExecutionConnection,
  ),
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
