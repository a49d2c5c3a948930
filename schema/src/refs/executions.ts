import { EXECUTION_STATUSES, type Execution, type Reason } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { inOrder } from '../base/global-ids.ts'
import { defineList } from '../base/list.ts'
import { ErrorCodeType, toErrorCode } from '../base/errors.ts'

export const ExecutionType = builder.loadableNodeRef('Execution', {
  id: { resolve: (execution: Execution) => execution.id },
  load: async (ids: string[], { runtime, user }) => {
    const executions = await runtime.executions.find(user.id, ids)
    return inOrder(ids, executions)
  },
})

const STATUS_DESCRIPTIONS: Record<Execution['status'], string> = {
  QUEUED: 'It waits for a worker.',
  RUNNING: 'A worker runs it.',
  WAITING: 'It waits for a point in time or for another execution. It uses no worker.',
  COMPLETED: 'It has finished, and each failure was handled.',
  FAILED: 'It has finished because of a failure.',
  CANCELLED: 'Its owner has ended it.',
}

export const ExecutionStatusType = builder.enumType('ExecutionStatus', {
  description: 'The state of an execution. `COMPLETED`, `FAILED` and `CANCELLED` are final.',
  values: Object.fromEntries(EXECUTION_STATUSES.map((status) => [status, { description: STATUS_DESCRIPTIONS[status] }])),
})

export const ReasonType = builder.objectRef<Reason>('Reason').implement({
  description: 'Why an execution failed, was cancelled or is waiting.',
  fields: (t) => ({
    code: t.field({ type: ErrorCodeType, description: 'A stable code.', resolve: ({ code }) => toErrorCode(code) }),
    message: t.exposeString('message', { description: 'For people.' }),
    nodeId: t.exposeString('node', { nullable: true, description: 'The node that failed. Null if no node is responsible.' }),
  }),
})

export const ExecutionList = defineList<Execution>()({
  type: ExecutionType,
  name: 'Execution',
  plural: 'executions',
  filter: (t) => ({ graphId: t.id({ description: 'Global id of the graph.' }) }),
  orderFields: { CREATED_AT: 'The time when the execution was created.' },
  defaultOrder: { field: 'CREATED_AT', direction: 'DESC' },
  locate: ({ id }) => ({ value: id, id }),
})
