import type { FollowedEvent } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { parseGlobalId } from '../base/global-ids.ts'
import { decodeSeq, type PlacedEvent } from './event-ids.ts'
import { EventInterface } from './events.ts'

builder.subscriptionField('executionEvents', (t) =>
  t.field({
    scope: 'READ_EXECUTIONS',
    type: EventInterface,
    description:
      'The events of an execution after `after`: first the recorded events, then each new event, until the execution finishes. Each event is sent once.',
    args: {
      executionId: t.arg.id({ required: true, description: 'Global id of the execution.' }),
      after: t.arg.id({
        description:
          'The `id` of the last event that you have received. The default is the start of the execution. The header `Last-Event-ID`, which browsers send when they reconnect, has precedence.',
      }),
      tag: t.arg.string({
        description:
          'The `tag` of an iteration: only events of node executions in it, and in the loops inside of it, are sent. The default is all events.',
      }),
    },
    subscribe: async (_root, { executionId, after, tag }, { api, lastEventId }) => {
      const id = parseGlobalId(executionId, 'Execution', 'executionId')
      const last = lastEventId ?? after
      const seq = last == null ? 0 : decodeSeq(String(last), id)
      return placeEvents(await api.executions.follow(id, seq, tag ?? undefined), id)
    },
    resolve: (event) => event,
  }),
)

/** Adds the execution to each event. Keeps `return` of the source, which releases a waiting reader immediately. */
function placeEvents(events: AsyncGenerator<FollowedEvent, void>, executionId: string): AsyncGenerator<PlacedEvent, void> {
  const place = (result: IteratorResult<FollowedEvent, void>): IteratorResult<PlacedEvent, void> =>
    result.done ? { done: true, value: undefined } : { done: false, value: { ...result.value, executionId } }
  return {
    next: async () => place(await events.next()),
    return: async () => place(await events.return()),
    throw: async (error) => place(await events.throw(error)),
    [Symbol.asyncIterator]() {
      return this
    },
    [Symbol.asyncDispose]: async () => void (await events.return()),
  }
}
