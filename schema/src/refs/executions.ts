import { EXECUTION_STATUSES, type Execution, type Reason } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { inOrder } from '../base/global-ids.ts'

export const ExecutionType = builder.loadableNodeRef('Execution', {
  id: { resolve: (execution: Execution) => execution.id },
  load: async (ids: string[], { runtime, user }) => {
    const executions = await runtime.executions.find(user.id, ids)
    return inOrder(ids, executions)
  },
})

export const ExecutionStatusType = builder.enumType('ExecutionStatus', {
  description: '`COMPLETED`, `FAILED` and `CANCELLED` are final.',
  values: EXECUTION_STATUSES,
})

export const ReasonType = builder.objectRef<Reason>('Reason').implement({
  description: 'Why an execution failed, was cancelled or is waiting.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'A stable code.' }),
    message: t.exposeString('message', { description: 'For people.' }),
    node: t.exposeString('node', { nullable: true, description: 'The node that failed. Null if no node is responsible.' }),
  }),
})

export const ExecutionConnection = builder.connectionObject(
  { type: ExecutionType, name: 'ExecutionConnection' },
  { name: 'ExecutionEdge' },
)
