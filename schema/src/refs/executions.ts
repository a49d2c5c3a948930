import { EXECUTION_STATUSES, type ExecutionSummary, type Reason } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { inOrder } from '../base/global-ids.ts'
import { defineList } from '../base/list.ts'
import { TimeRange } from '../base/time-range.ts'
import { ErrorCodeType, toErrorCode } from '../base/errors.ts'

/** An execution, with its outputs if they are already loaded. */
type LoadedExecution = ExecutionSummary & { outputs?: unknown }

export const ExecutionType = builder.loadableNodeRef('Execution', {
  id: { resolve: (execution: LoadedExecution) => execution.id },
  load: async (ids: string[], { api }) => {
    const executions = await api.executions.find(ids)
    return inOrder<LoadedExecution>(ids, executions)
  },
})

const STATUS_DESCRIPTIONS: Record<ExecutionSummary['status'], string> = {
  QUEUED: 'It waits for a worker.',
  RUNNING: 'A worker runs it.',
  WAITING: 'It waits for a point in time or for another execution. It uses no worker.',
  COMPLETED: 'It has finished, and each failure was handled.',
  FAILED: 'It has finished because of a failure.',
  CANCELLED: 'Its owner has ended it.',
}

export const ExecutionStatusType = builder.enumType('ExecutionStatus', {
  description: 'The state of an execution. `COMPLETED`, `FAILED` and `CANCELLED` are final.',
  values: Object.fromEntries(
    EXECUTION_STATUSES.map((status) => [status, { description: STATUS_DESCRIPTIONS[status] }]),
  ) as Record<ExecutionSummary['status'], { description: string }>,
})

export const ReasonType = builder.objectRef<Reason>('Reason').implement({
  description: 'Why an execution failed, was cancelled or is waiting.',
  fields: (t) => ({
    code: t.field({ type: ErrorCodeType, description: 'A stable code.', resolve: ({ code }) => toErrorCode(code) }),
    message: t.exposeString('message', { description: 'For people.' }),
    nodeId: t.exposeString('node', { nullable: true, description: 'The node that failed. Null if no node is responsible.' }),
  }),
})

export const ExecutionList = defineList<ExecutionSummary>()({
  type: ExecutionType,
  name: 'Execution',
  plural: 'executions',
  filter: (t) => ({
    graphIds: t.idList({ description: 'The graph of the execution is one of these. Global ids.' }),
    statuses: t.field({ type: [ExecutionStatusType], description: 'The status of the execution is one of these.' }),
    createdAt: t.field({ type: TimeRange, description: 'When the execution was created.' }),
    finishedAt: t.field({ type: TimeRange, description: 'When the execution finished. Unfinished ones do not match.' }),
    label: t.string({ description: 'The graph of the execution has this label now.' }),
    errorText: t.string({
      description: 'Part of the code, the message or the `nodeId` of the reason of the execution. Case-insensitive.',
    }),
    rootsOnly: t.boolean({ description: 'Only executions that no other execution has started. The default is false.' }),
    parentId: t.id({ description: 'Only executions that nodes of this execution have started. Global id.' }),
  }),
  orderFields: {
    CREATED_AT: 'When the execution was created.',
    FINISHED_AT: 'When the execution finished. Unfinished executions are the latest.',
  },
  defaultOrder: { field: 'CREATED_AT', direction: 'DESC' },
  locate: ({ id, createdAt }) => ({ value: createdAt.toISOString(), id }),
})
