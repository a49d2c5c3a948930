import { AshlarError, isUuid, showValue, type ExecutionChange, type FollowedEvent } from '@ashlar/core'
import { encodeGlobalId } from '../base/global-ids.ts'

/** The place of an event: its execution and its number in the journal. */
export interface EventPlace {
  executionId: string
  seq: number
}

/** An event of an execution, as resolvers pass it. */
export type PlacedEvent<Event extends FollowedEvent = FollowedEvent> = Event & { executionId: string }

/** The largest `seq` of an event. */
const MAX_SEQ = 2 ** 31 - 1
const ID = /^ExecutionEvent:([0-9a-f-]{36}):(\d{1,10})(?::behind|:delta:.*)?$/s

/** Returns the id of a change, from which the subscription continues. */
export function encodeChangeId({ execution, resumeFrom }: ExecutionChange): string {
  return encodeGlobalId('ExecutionChange', `${execution.id}:${resumeFrom.getTime()}:${execution.status}`)
}

/** Returns the id of an event, from which a list or a subscription continues. */
export function encodeEventId(event: EventPlace & FollowedEvent): string {
  return encodeGlobalId('ExecutionEvent', `${event.executionId}:${event.seq}${transientSuffix(event)}`)
}

/**
 * Notices and pieces of texts are not events of the journal. A client continues after the last event that it has
 * received, and its cache must not confuse them.
 */
function transientSuffix(event: FollowedEvent): string {
  if (event.type === 'ReaderBehind') return ':behind'
  if (event.type !== 'NodeOutputDelta') return ''
  const { n, attempt, offset, pin, node } = event
  return `:delta:${n}:${attempt}:${offset}:${pin}:${node}`
}

/**
 * Returns the token with which the client of a subscription resumes after an event.
 *
 * @param event of the source of the subscription
 * @returns undefined for a subscription that cannot be resumed
 */
export function resumeToken(event: unknown): string | undefined {
  if (typeof event !== 'object' || event === null) return undefined
  if ('executionId' in event && 'seq' in event) return encodeEventId(event as PlacedEvent)
  return 'resumeFrom' in event ? encodeChangeId(event as ExecutionChange) : undefined
}

/** @throws {AshlarError} BAD_INPUT when it is not the id of an event */
export function decodeEventId(id: string): EventPlace {
  const [, executionId = '', seq = ''] = ID.exec(Buffer.from(id, 'base64url').toString()) ?? []
  if (!isUuid(executionId) || Number(seq) > MAX_SEQ)
    throw badAfter(`must be the "id" of an event of this execution, got ${showValue(id)}`)
  return { executionId, seq: Number(seq) }
}

/** @throws {AshlarError} BAD_INPUT when it is not the id of an event of this execution */
export function decodeSeq(id: string, executionId: string): number {
  const place = decodeEventId(id)
  if (place.executionId !== executionId)
    throw badAfter('must be the "id" of an event of this execution, got that of another execution')
  return place.seq
}

function badAfter(message: string): AshlarError {
  return new AshlarError('BAD_INPUT', `argument "after" ${message}`, { details: { path: ['after'] } })
}
