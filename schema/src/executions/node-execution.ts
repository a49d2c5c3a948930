import { NODE_EXECUTION_STATUSES, type NodeExecutionView, type NodeFailure, type ProgressReport } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { POSITION, SourcePositionType, STACK } from './source-position.ts'

const PinValueType = builder.objectRef<{ pin: string; value: unknown }>('PinValue').implement({
  fields: (t) => ({ pin: t.exposeString('pin'), value: t.expose('value', { type: 'JSON', nullable: true }) }),
})

const NodeFailureType = builder.objectRef<NodeFailure>('NodeFailure').implement({
  description: 'Why a node execution failed.',
  fields: (t) => ({
    code: t.exposeString('code'),
    message: t.exposeString('message'),
    position: t.field({ ...POSITION, type: SourcePositionType, nullable: true, resolve: ({ position }) => position }),
    stack: t.string({ ...STACK, nullable: true, resolve: ({ stack }) => stack }),
  }),
})

const ProgressType = builder.objectRef<ProgressReport>('Progress').implement({
  description: 'Progress that a block has reported.',
  fields: (t) => ({
    fraction: t.exposeFloat('fraction', { description: '0 to 1.' }),
    note: t.exposeString('note', { description: 'What the block is doing.' }),
  }),
})

const NodeExecutionStatusType = builder.enumType('NodeExecutionStatus', {
  description: '`INCOMPLETE`: some of its input pins have no value yet.',
  values: NODE_EXECUTION_STATUSES,
})

export const NodeExecutionType = builder.objectRef<NodeExecutionView>('NodeExecution').implement({
  description: 'One run of a node in an execution.',
  fields: (t) => ({
    nodeId: t.exposeString('nodeId', { description: 'The key of the node in the graph.' }),
    number: t.exposeInt('number', { description: '1, 2, 3 … within the node.' }),
    status: t.expose('status', { type: NodeExecutionStatusType }),
    attempt: t.exposeInt('attempt'),
    inputs: t.expose('inputs', {
      type: 'JSON',
      nullable: true,
      description: 'The values of its input pins. Null while some are missing.',
    }),
    outputs: t.field({ type: [PinValueType], resolve: ({ outputs }) => outputs }),
    missingPins: t.exposeStringList('missingPins', { description: 'Linked input pins that have no value yet.' }),
    error: t.field({ type: NodeFailureType, nullable: true, resolve: ({ error }) => error }),
    waitingUntil: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'The end of its sleep. Null unless it is WAITING.',
      resolve: ({ waitingUntil }) => waitingUntil,
    }),
    progress: t.field({ type: ProgressType, nullable: true, resolve: ({ progress }) => progress }),
    startedAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ startedAt }) => startedAt }),
    finishedAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ finishedAt }) => finishedAt }),
  }),
})
