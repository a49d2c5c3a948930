import {
  type AshlarError,
  formatNodeExecutionKey,
  type IterationView,
  isUuid,
  NODE_EXECUTION_STATUSES,
  type NodeExecutionKey,
  type NodeExecutionStatus,
  type NodeExecutionView,
  type Page,
  type NodeExecutionRequest,
  type ProgressReport,
} from '@ashlar/core'
import { builder } from '../base/builder.ts'
import type { SchemaContext } from '../base/context.ts'
import { inOrder, parseGlobalId } from '../base/global-ids.ts'
import { defineList } from '../base/list.ts'
import { ExecutionType } from '../refs/executions.ts'
import { toUsage, UsageType } from './usage/index.ts'
import { NodeFailureType } from './node-failure.ts'

const PinValueType = builder.objectRef<{ pin: string; value: unknown }>('PinValue').implement({
  description: 'A value that a block has delivered.',
  fields: (t) => ({
    pin: t.exposeString('pin', { description: 'The output pin.' }),
    value: t.expose('value', { type: 'JSON', nullable: true, description: 'The value. It can be null.' }),
  }),
})

const ProgressType = builder.objectRef<ProgressReport>('Progress').implement({
  description: 'Progress that a block has reported.',
  fields: (t) => ({
    fraction: t.exposeFloat('fraction', { description: '0 to 1.' }),
    note: t.exposeString('note', { description: 'What the block is doing.' }),
  }),
})

const STATUSES: Record<(typeof NODE_EXECUTION_STATUSES)[number], string> = {
  INCOMPLETE: 'Some of its input pins have no value yet.',
  QUEUED: 'It has all values and waits for a worker.',
  RUNNING: 'Its block runs.',
  WAITING: 'Its block sleeps.',
  COMPLETED: 'Its block has finished.',
  FAILED: 'Its last attempt has failed.',
  CANCELLED: 'The execution ended before it finished.',
}

export const NodeExecutionStatusType = builder.enumType('NodeExecutionStatus', {
  description: 'The state of a node execution.',
  values: Object.fromEntries(NODE_EXECUTION_STATUSES.map((status) => [status, { description: STATUSES[status] }])) as Record<
    NodeExecutionStatus,
    { description: string }
  >,
})

export const NodeExecutionType = builder.loadableNodeRef('NodeExecution', {
  id: { resolve: (run: NodeExecutionView) => formatNodeExecutionKey(run) },
  load: async (ids: string[], { api }) => {
    const found = await api.executions.findNodeExecutions(ids.flatMap((id) => parseNodeExecutionKey(id) ?? []))
    return inOrder(ids, found)
  },
})

/** @returns undefined if the text is not the id of a node execution */
function parseNodeExecutionKey(id: string): NodeExecutionKey | undefined {
  const [, executionId = '', nodeId = '', number] = /^([^:]+):(.+):([1-9]\d{0,8})$/s.exec(id) ?? []
  return isUuid(executionId) ? { executionId, nodeId, number: Number(number) } : undefined
}

const IterationType = builder.objectRef<PlacedIteration>('Iteration').implement({
  description: 'One iteration of a loop, or one turn of a cycle.',
  fields: (t) => ({
    of: t.field({
      type: NodeExecutionType,
      nullable: true,
      description: 'The node execution that produces the loop. Null for a turn of a cycle.',
      resolve: ({ executionId, producer }) => producer && formatNodeExecutionKey({ executionId, ...producer }),
    }),
    index: t.exposeInt('index', { description: '0, 1, 2 … in the loop.' }),
  }),
})

type PlacedIteration = IterationView & { executionId: string }

builder.objectType(NodeExecutionType, {
  description: 'One run of a node in an execution.',
  fields: (t) => ({
    execution: t.field({
      type: ExecutionType,
      nullable: true,
      description: 'The execution that it belongs to.',
      resolve: ({ executionId }) => executionId,
    }),
    nodeId: t.exposeString('nodeId', { description: 'The node in the graph.' }),
    number: t.exposeInt('number', { description: '1, 2, 3 … within the node.' }),
    status: t.field({ type: NodeExecutionStatusType, description: 'Its state.', resolve: ({ status }) => status }),
    attempt: t.exposeInt('attempt', { description: 'The number of its last attempt: 1, 2, 3 …' }),
    step: t.exposeInt('step', {
      nullable: true,
      description: 'The step of an agent: 1, 2, 3 …. Each step is a node execution. Null if its block does not run in steps.',
    }),
    inputs: t.expose('inputs', {
      type: 'JSON',
      nullable: true,
      description:
        'The values of its input pins. Null while some are missing. Of a list that a collect pin has gathered, it has the first 1000 items.',
    }),
    outputs: t.field({
      type: [PinValueType],
      description: 'The values that its block has delivered, in order, at most 1000. `events` of the execution has all.',
      resolve: ({ outputs }) => outputs,
    }),
    outputCount: t.exposeInt('outputCount', { description: 'The number of values that its block has delivered.' }),
    missingPins: t.exposeStringList('missingPins', { description: 'Linked input pins that have no value yet.' }),
    error: t.field({
      type: NodeFailureType,
      nullable: true,
      description: 'Why its last attempt failed. Null unless it is FAILED.',
      resolve: ({ error }) => error,
    }),
    waitingUntil: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'The end of its sleep. Null unless it is WAITING.',
      resolve: ({ waitingUntil }) => waitingUntil,
    }),
    progress: t.field({
      type: ProgressType,
      nullable: true,
      description: 'The last progress that its block has reported. Null if it has reported none.',
      resolve: ({ progress }) => progress,
    }),
    startedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'The start of its first attempt. Null before.',
      resolve: ({ startedAt }) => startedAt,
    }),
    finishedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'The end of its last attempt. Null before.',
      resolve: ({ finishedAt }) => finishedAt,
    }),
  }),
})

builder.objectFields(NodeExecutionType, (t) => ({
  usage: t.field({
    type: UsageType,
    nullable: true,
    description: 'What its block has consumed of paid services. Null if it has reported nothing.',
    resolve: ({ usage }) => toUsage(usage),
  }),
  tag: t.exposeString('tag', {
    description:
      'The iterations to which it belongs, outermost first: `rows.1[42]/cells.43[0]` is iteration 0 of the loop of node execution 43 of `cells`, within iteration 42 of the loop of node execution 1 of `rows`. Empty outside of loops.',
  }),
  iteration: t.field({
    type: IterationType,
    nullable: true,
    description: 'The innermost iteration to which it belongs. Null outside of loops.',
    resolve: ({ executionId, iteration }) => iteration && { executionId, ...iteration },
  }),
  dead: t.boolean({
    description:
      'Whether it can never run, because no value can reach one of its missing pins any more. False until the execution has ended.',
    resolve: ({ deadPins }) => deadPins.length > 0,
  }),
  deadPins: t.exposeStringList('deadPins', {
    description: 'The missing pins that no value can reach any more. Empty until the execution has ended.',
  }),
}))

export const NodeExecutionList = defineList<NodeExecutionView>()({
  type: NodeExecutionType,
  name: 'NodeExecution',
  plural: 'node executions',
  filter: (t) => ({
    nodeId: t.string({ description: 'The node in the graph.' }),
    statuses: t.field({ type: [NodeExecutionStatusType], description: 'The status of the node execution is one of these.' }),
    tag: t.string({ description: 'The `tag` of an iteration: node executions in it, and in the loops inside of it.' }),
  }),
  orderFields: {
    NODE: 'The place of the node in the graph, then the number.',
    STARTED_AT: 'The start of the first attempt. Those that have not started are the latest.',
  },
  defaultOrder: { field: 'NODE', direction: 'ASC' },
  locate: ({ nodeId, number }) => ({ value: String(number), id: `${nodeId}:${number}` }),
})

/** Reads one page of the node executions of each execution. */
export function loadNodeExecutions(
  executionIds: readonly string[],
  request: NodeExecutionRequest,
  { api }: SchemaContext,
): Promise<Map<string, Page<NodeExecutionView> | AshlarError>> {
  return api.executions.nodeExecutionsOf(executionIds, request)
}

builder.queryField('nodeExecution', (t) =>
  t.field({
    scope: 'READ_EXECUTIONS',
    type: NodeExecutionType,
    nullable: true,
    description: 'The node execution with this id. Null if it does not exist.',
    args: { id: t.arg.id({ required: true, description: 'Global id.' }) },
    resolve: (_root, { id }) => parseGlobalId(id, 'NodeExecution', 'id'),
  }),
)
