import type { Execution } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { connectionOf, parsePage, sliceOf } from '../base/connections.ts'
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
      description: 'None for a single block, or when it was deleted.',
      resolve: graphOf,
    }),
    version: t.field({ type: GraphVersionType, resolve: ({ versionId }) => versionId }),
    inputs: t.expose('inputs', { type: 'JSON' }),
    outputs: t.expose('outputs', { type: 'JSON', description: 'Per output of the graph, what arrived there, in order.' }),
    failedNodes: t.exposeStringList('failedNodes', { description: 'Nodes that failed, also where the failure was handled.' }),
    reason: t.expose('reason', { type: ReasonType, nullable: true, description: 'Why it failed, was cancelled, or waits.' }),
    origin: t.field({
      type: ExecutionType,
      nullable: true,
      description: 'The execution that it continues or repeats.',
      resolve: ({ originId }) => originId ?? null,
    }),
    parent: t.field({
      type: ExecutionType,
      nullable: true,
      description: 'The execution whose node runs this one.',
      resolve: ({ parentId }) => parentId ?? null,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true }),
    events: t.connection({
      type: EventInterface,
      description: 'The journal: every event, in order. The cursor of an event is its `seq`.',
      resolve: ({ id }, args, context) => eventPage(id, args, context),
    }),
    nodeExecutions: t.connection({
      type: NodeExecutionType,
      description: 'Every run of every node, by node in the order of the graph.',
      resolve: async ({ id }, page, { runtime, user }) => {
        const all = await runtime.executions.nodeExecutions(user.id, id)
        const idOf = ({ node, n }: (typeof all)[number]): string => `${node}.${n}`
        return connectionOf(sliceOf(all, parsePage(page, 'NodeExecution'), idOf), 'NodeExecution', idOf)
      },
    }),
  }),
})

function graphOf({ graphId }: Execution): string | null {
  return graphId ?? null
}

builder.queryFields((t) => ({
  executions: t.connection(
    {
      type: ExecutionType,
      description: 'Your executions, newest first.',
      args: { graphId: t.arg.id({ description: 'Only those of this graph.' }) },
      resolve: async (_root, { graphId, ...page }, { runtime, user }) => {
        const filter = { graphId: graphId == null ? undefined : parseGlobalId(graphId, 'Graph', 'graphId') }
        return connectionOf(
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
