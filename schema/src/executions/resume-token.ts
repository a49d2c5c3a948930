import { AshlarError, showValue, type FollowedEvent } from '@ashlar/core'
import { encodeGlobalId } from '../base/global-ids.ts'

/** The largest `seq` of an event. */
const MAX_SEQ = 2 ** 31 - 1

/** An event of a subscription to an execution. */
export type ExecutionEvent = FollowedEvent & { executionId: string }

/** The id of an event, with which a client resumes after it: `ExecutionEvent:<executionId>:<seq>` as base64url. */
export function eventId({ executionId, seq }: Pick<ExecutionEvent, 'executionId' | 'seq'>): string {
  return encodeGlobalId('ExecutionEvent', `${executionId}:${seq}`)
}

/** @returns the `seq` in the id of an event of this execution. @throws {AshlarError} BAD_INPUT when it is not one */
export function parseEventId(id: string, executionId: string): number {
  const [, given, seq] = /^ExecutionEvent:([^:]+):(\d{1,10})$/.exec(Buffer.from(id, 'base64url').toString()) ?? []
  if (given === executionId && Number(seq) <= MAX_SEQ) return Number(seq)
  const message = `argument "after" must be the "id" of an event of this execution, got ${showValue(id)}`
  throw new AshlarError('BAD_INPUT', message, { details: { path: ['after'] } })
}

/**
 * The token with which a client resumes a subscription after an event of its source.
 *
 * @returns undefined for a subscription that cannot be resumed
 */
export function resumeToken(event: unknown): string | undefined {
  const { executionId, seq } = event as Partial<ExecutionEvent>
  return typeof executionId === 'string' && typeof seq === 'number' ? eventId({ executionId, seq }) : undefined
}

/** Adds the id of the execution to its events. Passes on the end of the reader immediately, unlike a generator. */
export function withExecutionId(
  events: AsyncGenerator<FollowedEvent, void>,
  executionId: string,
): AsyncIterableIterator<ExecutionEvent, void> {
  return {
    async next() {
      const { done, value } = await events.next()
      return done === true ? { done, value: undefined } : { done: false, value: { ...value, executionId } }
    },
    async return() {
      await events.return()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
