import { builder } from '../base/builder.ts'
import { EventInterface } from './events.ts'
import { parseGlobalId } from '../base/global-ids.ts'
import { parseEventId, withExecutionId } from './resume-token.ts'

builder.subscriptionField('executionEvents', (t) =>
  t.field({
    type: EventInterface,
    description:
      'The events of an execution after `after`: first the recorded events, then each new event, until the execution finishes. Each event is sent once.',
    args: {
      executionId: t.arg.id({ required: true }),
      after: t.arg.int({ defaultValue: 0, description: 'The `seq` of the last event that you have received.' }),
    },
    subscribe: async (_root, args, { runtime, user, lastEventId }) => {
      const executionId = parseGlobalId(args.executionId, 'Execution', 'executionId')
      const after = lastEventId === undefined ? (args.after ?? 0) : parseEventId(lastEventId, executionId)
      return withExecutionId(await runtime.executions.follow(user.id, executionId, after), executionId) as never
    },
    resolve: (event) => event as never,
  }),
)
