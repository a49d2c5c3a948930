import { builder } from '../base/builder.ts'
import { EventInterface } from './events.ts'
import { parseGlobalId } from '../base/global-ids.ts'

builder.subscriptionField('executionEvents', (t) =>
  t.field({
    type: EventInterface,
    description:
      'The events of an execution after `after`: those there are, then those that come, each once, until it has finished.',
    args: {
      executionId: t.arg.id({ required: true }),
      after: t.arg.int({ defaultValue: 0, description: 'The `seq` of the last event you have.' }),
    },
    subscribe: (_root, { executionId, after }, { runtime, user }) =>
      runtime.executions.follow(user.id, parseGlobalId(executionId, 'Execution', 'executionId'), after ?? 0) as never,
    resolve: (event) => event as never,
  }),
)
