import { AshlarError, isUuid, showValue, type ExecutionChange } from '@ashlar/core'
import { describeAccountId, parseAccountId } from '../base/account-id.ts'
import { builder } from '../base/builder.ts'
import { parseExecutionFilter } from '../refs/execution-filter.ts'
import { ExecutionList, ExecutionType } from '../refs/executions.ts'
import { encodeChangeId } from './event-ids.ts'

const ChangeKind = builder.enumType('ExecutionChangeKind', {
  description: 'What has happened to an execution.',
  values: {
    CREATED: { description: 'It was created after the subscription.' },
    UPDATED: { description: 'Its status has changed.' },
  },
})

const ChangeType = builder.objectRef<ExecutionChange>('ExecutionChange').implement({
  description: 'The latest state of an execution that was created or whose status has changed.',
  fields: (t) => ({
    id: t.id({
      description: 'Where to resume the subscription: `after`, or the header `Last-Event-ID`.',
      resolve: encodeChangeId,
    }),
    at: t.field({ type: 'DateTime', description: 'When the server read the state.', resolve: ({ at }) => at }),
    change: t.field({ type: ChangeKind, description: 'What has happened.', resolve: ({ change }) => change }),
    execution: t.field({
      type: ExecutionType,
      nullable: true,
      description: 'The execution.',
      resolve: ({ execution }) => execution,
    }),
  }),
})

builder.subscriptionField('executionsChanged', (t) =>
  t.field({
    scope: 'READ_EXECUTIONS',
    type: ChangeType,
    description:
      'The executions of an account that a filter selects, when they are created and when their status changes. An execution that the filter no longer selects is sent once more. You receive at least the latest state of each execution: several changes within 100 ms, or before you have read the previous one, are sent as one, and a state may be sent again.',
    args: {
      accountId: t.arg.id(describeAccountId('The account.')),
      filter: t.arg({ type: ExecutionList.Filter, description: 'Which executions to send. The default is all.' }),
      after: t.arg.id({
        description:
          'The `id` of the last change that you have received. Changes since then are sent first. By default, only new changes are sent. The header `Last-Event-ID`, which browsers send when they reconnect, has precedence.',
      }),
    },
    subscribe: (_root, { filter, after, accountId }, { api, lastEventId }) => {
      const last = lastEventId ?? after
      const since = last == null ? undefined : decodeChangeId(String(last))
      return api.executions.followAll(parseExecutionFilter(filter ?? {}), since, parseAccountId(accountId))
    },
    resolve: (change) => change,
  }),
)

const ID = /^ExecutionChange:([0-9a-f-]{36}):(\d{1,15}):[A-Z]+$/

/** @throws {AshlarError} BAD_INPUT */
function decodeChangeId(id: string): Date {
  const [, executionId = '', time = ''] = ID.exec(Buffer.from(id, 'base64url').toString()) ?? []
  if (isUuid(executionId)) return new Date(Number(time))
  const message = `argument "after" must be the "id" of a change that this subscription has sent, got ${showValue(id)}`
  throw new AshlarError('BAD_INPUT', message, { details: { path: ['after'] } })
}
