import { NODE_EXECUTION_STATUSES, type Listed, type NodeExecutionView, type ProgressReport } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { encodeGlobalId } from '../base/global-ids.ts'
import { defineList } from '../base/list.ts'
import { NodeFailureType } from './node-failure.ts'

const PinValueType = builder.objectRef<{ pin: string; value: unknown }>('PinValue').implement({
  description: 'A value that a block has delivered.',
  fields: (t) => ({
    pin: t.exposeString('pin', { description: 'The output pin.' }),
    value: t.expose('value', { type: 'JSON', nullable: true, description: 'The value.' }),
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

const NodeExecutionStatusType = builder.enumType('NodeExecutionStatus', {
  description: 'The state of a node execution.',
  values: Object.fromEntries(NODE_EXECUTION_STATUSES.map((status) => [status, { description: STATUSES[status] }])),
})

/** A node execution with the execution that it belongs to. */
export type PlacedRun = NodeExecutionView & { executionId: string }

const NodeExecutionType = builder.objectRef<PlacedRun>('NodeExecution').implement({
  description: 'One run of a node in an execution.',
  fields: (t) => ({
    id: t.id({
      description: 'Global id. Clients treat it as opaque.',
      resolve: ({ executionId, node, n }) => encodeGlobalId('NodeExecution', `${executionId}:${node}:${n}`),
    }),
    nodeId: t.exposeString('node', { description: 'The node in the graph.' }),
    number: t.exposeInt('n', { description: '1, 2, 3 … within the node.' }),
    status: t.field({ type: NodeExecutionStatusType, description: 'Its state.', resolve: ({ status }) => status }),
    attempt: t.exposeInt('attempt', { description: 'The number of its last attempt: 1, 2, 3 …' }),
    inputs: t.expose('inputs', {
      type: 'JSON',
      nullable: true,
      description: 'The values of its input pins. Null while some are missing.',
    }),
    outputs: t.field({
      type: [PinValueType],
      description: 'The values that its block has delivered, in order.',
      resolve: ({ outputs }) => outputs,
    }),
    missingPins: t.exposeStringList('missingPins', { description: 'Linked input pins that have no value yet.' }),
    error: t.field({
      type: NodeFailureType,
      nullable: true,
      description: 'Why its last attempt failed.',
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
      description: 'The last progress that its block has reported.',
      resolve: ({ progress }) => progress,
    }),
    startedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'The start of its first attempt.',
      resolve: ({ startedAt }) => startedAt,
    }),
    finishedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'The end of its last attempt.',
      resolve: ({ finishedAt }) => finishedAt,
    }),
  }),
})

export const NodeExecutionList = defineList<PlacedRun>()({
  type: NodeExecutionType,
  name: 'NodeExecution',
  plural: 'node executions',
  filter: (t) => ({ nodeId: t.string({ description: 'Only node executions of this node.' }) }),
  orderFields: { NODE: 'The place of the node in the graph, then the number.' },
  defaultOrder: { field: 'NODE', direction: 'ASC' },
  locate: (run) => toListedRun(run.executionId, run).position,
})

export function toListedRun(executionId: string, run: NodeExecutionView): Listed<PlacedRun> {
  return { item: { ...run, executionId }, position: { value: '', id: `${run.node}.${run.n}` } }
}
