import { builder } from '../base/builder.ts'
import { EventInterface } from './events.ts'
import { parseGlobalId } from '../base/global-ids.ts'

builder.subscriptionField('executionEvents', (t) =>
  t.field({
    type: EventInterface,
    description:
      'The events of an execution after `after`: first the recorded events, then each new event, until the execution finishes. Each event is sent once.',
    args: {
      executionId: t.arg.id({ required: true }),
      after: t.arg.int({ defaultValue: 0, description: 'The `seq` of the last event that you have received.' }),
    },
    subscribe: (_root, { executionId, after }, { runtime, user }) =>
      runtime.executions.follow(user.id, parseGlobalId(executionId, 'Execution', 'executionId'), after ?? 0) as never,
    resolve: (event) => event as never,
  }),
)
