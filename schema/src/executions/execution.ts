import type { ExecutionSummary, ModelUsage } from '@ashlar/core'
import { loadTogether } from '../base/batch.ts'
import { describeAccountId, parseAccountId } from '../base/account-id.ts'
import { builder } from '../base/builder.ts'
import { AccountType } from '../refs/accounts.ts'
import type { SchemaContext } from '../base/context.ts'
import { GraphType, GraphVersionType } from '../refs/graphs.ts'
import { EventList, loadEvents } from './events.ts'
import { ExecutionFileList, loadFiles } from './files.ts'
import { loadNodeExecutions, NodeExecutionList } from './node-execution.ts'
import { HttpExchangeList, loadExchanges } from './http/exchange.ts'
import { toUsage, UsageType } from './usage/index.ts'
import { loadScopes, ScopeList } from './scope.ts'
import { parseExecutionFilter } from '../refs/execution-filter.ts'
import { parseGlobalId } from '../base/global-ids.ts'
import { ExecutionList, ExecutionStatusType, ExecutionType, ReasonType } from '../refs/executions.ts'

builder.objectType(ExecutionType, {
  description: 'One durable run of a graph version.',
  fields: (t) => ({
    status: t.expose('status', { type: ExecutionStatusType, description: 'The state of the execution.' }),
    graph: t.field({
      type: GraphType,
      nullable: true,
      description: 'The graph that the execution runs. Null if a single block was run or the graph was deleted.',
      resolve: getGraphId,
    }),
    version: t.field({
      type: GraphVersionType,
      nullable: true,
      description: 'The version that the execution runs. Of a single block, it is a version without a graph.',
      resolve: ({ versionId }) => versionId,
    }),
    inputs: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The inputs of the graph, by name.',
      resolve: ({ id }, _args, context) => loadValues('inputs', id, context),
    }),
    outputs: t.field({
      type: 'JSON',
      nullable: true,
      description: 'For each output of the graph, the values that reached it, in order. Empty until the execution finishes.',
      resolve: ({ id, outputs }, _args, context) => outputs ?? loadValues('outputs', id, context),
    }),
    failedNodes: t.exposeStringList('failedNodes', {
      description: 'The ids of the nodes that failed, including those whose failure was handled.',
    }),
    reason: t.expose('reason', {
      type: ReasonType,
      nullable: true,
      description: 'Why it failed, was cancelled or is waiting. Otherwise null.',
    }),
    origin: t.field({
      type: ExecutionType,
      nullable: true,
      description: 'The execution of which this one is a retry or a replay. Null if it is neither.',
      resolve: ({ originId }) => originId ?? null,
    }),
    parent: t.field({
      type: ExecutionType,
      nullable: true,
      description: 'The execution whose node started this one. Null if no node did.',
      resolve: ({ parentId }) => parentId ?? null,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the execution was created.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When a worker first took the execution. Null before.',
    }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the execution finished. Null before.',
    }),
  }),
})

builder.objectField(ExecutionType, 'account', (t) =>
  t.field({
    type: AccountType,
    nullable: true,
    description: 'The account that owns the execution.',
    resolve: ({ ownerId }) => ownerId,
  }),
)

builder.objectFields(ExecutionType, (t) => ({
  usage: t.field({
    type: UsageType,
    nullable: true,
    description:
      'What its blocks have consumed of paid services, with the executions that its nodes have started. Null if they have reported nothing.',
    // Postgres reads the journals of the executions.
    extensions: { cost: { weight: 100 } },
    resolve: async ({ id }, _args, context) => toUsage(await loadUsage(id, context)),
  }),
  events: EventList.field(t, {
    description: 'The journal: all events in order. The cursor of an event is its `id`.',
    loadMany: loadEvents,
  }),
  nodeExecutions: NodeExecutionList.field(t, {
    description: 'All node executions, grouped by node in the order of the graph.',
    loadMany: loadNodeExecutions,
  }),
  scopes: ScopeList.field(t, {
    description: 'The loops and cycles, in the order of their start, with the progress of their iterations.',
    loadMany: loadScopes,
  }),
  httpExchanges: HttpExchangeList.field(t, {
    description: 'The HTTP exchanges of its blocks. Empty unless it was started with `recordHttp`.',
    loadMany: loadExchanges,
  }),
  files: ExecutionFileList.field(t, {
    description: 'The files that its blocks have stored. The executions that its nodes run share them.',
    loadMany: loadFiles,
  }),
}))

function getGraphId({ graphId }: ExecutionSummary): string | null {
  return graphId ?? null
}

/** Inputs and outputs can be large, so they are read only if they are selected. */
function loadValues(field: 'inputs' | 'outputs', id: string, context: SchemaContext): Promise<unknown> {
  const { api } = context
  return loadTogether(context, `Execution.${field}`, id, (ids) => api.executions.findValues(field, ids))
}

function loadUsage(id: string, context: SchemaContext): Promise<ModelUsage[]> {
  const { api } = context
  return loadTogether(context, 'Execution.usage', id, (ids) => api.executions.usageOf(ids))
}

builder.queryFields((t) => ({
  executions: ExecutionList.rootField(t, {
    scope: 'READ_EXECUTIONS',
    description: 'Your executions, newest first.',
    args: { accountId: t.arg.id(describeAccountId('The account.')) },
    load: (_root, request, { api }, { accountId }) =>
      api.executions.list({
        ...request,
        filter: parseExecutionFilter(request.filter),
        accountId: parseAccountId(accountId),
      }),
  }),
  execution: t.field({
    scope: 'READ_EXECUTIONS',
    type: ExecutionType,
    nullable: true,
    description: 'An execution by its id. Null if you have no execution with this id.',
    args: { id: t.arg.id({ required: true, description: 'Global id of the execution.' }) },
    resolve: async (_root, { id }, { api }) => {
      const executionId = parseGlobalId(id, 'Execution', 'id')
      return (await api.executions.find([executionId])).get(executionId)
    },
  }),
}))
