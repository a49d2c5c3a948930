import { NODE_EXECUTION_STATUSES, type NodeExecutionView, type NodeFailure, type ProgressReport } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { POSITION, SourcePositionType, STACK } from './source-position.ts'

const PinValueType = builder.objectRef<{ pin: string; value: unknown }>('PinValue').implement({
  fields: (t) => ({ pin: t.exposeString('pin'), value: t.expose('value', { type: 'JSON', nullable: true }) }),
})

const NodeFailureType = builder.objectRef<NodeFailure>('NodeFailure').implement({
  description: 'Why a run of a node failed.',
  fields: (t) => ({
    code: t.exposeString('code'),
    message: t.exposeString('message'),
    position: t.field({ ...POSITION, type: SourcePositionType, nullable: true, resolve: ({ position }) => position }),
    stack: t.string({ ...STACK, nullable: true, resolve: ({ stack }) => stack }),
  }),
})

const ProgressType = builder.objectRef<ProgressReport>('Progress').implement({
  description: 'How far a block says that it is.',
  fields: (t) => ({
    fraction: t.exposeFloat('fraction', { description: '0 to 1.' }),
    note: t.exposeString('note', { description: 'What it is doing.' }),
  }),
})

const NodeExecutionStatusType = builder.enumType('NodeExecutionStatus', {
  description: '`INCOMPLETE` still lacks values for some of its pins.',
  values: NODE_EXECUTION_STATUSES,
})

export const NodeExecutionType = builder.objectRef<NodeExecutionView>('NodeExecution').implement({
  description: 'One run of a node.',
  fields: (t) => ({
    node: t.exposeString('node'),
    number: t.exposeInt('n', { description: '1, 2, 3 … per node.' }),
    status: t.expose('status', { type: NodeExecutionStatusType }),
    attempt: t.exposeInt('attempt'),
    inputs: t.expose('inputs', { type: 'JSON', nullable: true, description: 'What it ran on; null while it lacks pins.' }),
    outputs: t.field({ type: [PinValueType], resolve: ({ outputs }) => outputs }),
    missingPins: t.exposeStringList('missingPins', { description: 'Linked pins that no value has come to.' }),
    error: t.field({ type: NodeFailureType, nullable: true, resolve: ({ error }) => error }),
    waitingUntil: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'While it is WAITING: when its sleep is over.',
      resolve: ({ waitingUntil }) => waitingUntil,
    }),
    progress: t.field({ type: ProgressType, nullable: true, resolve: ({ progress }) => progress }),
    startedAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ startedAt }) => startedAt }),
    finishedAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ finishedAt }) => finishedAt }),
  }),
})
