import { parseJson } from '@ashlar/sdk/json'
import { AshlarError, showValue } from '../../base/index.ts'
import { SEPARATOR, serializeEvent } from './blobs.ts'
import type { ExecutionEvent, JournalEvent } from '../../engine/index.ts'

/** Consecutive events of an execution that are written together. */
export interface EventRun {
  firstSeq: number
  events: ExecutionEvent[]
  /** The time of each event, in milliseconds since 1970. */
  times: number[]
}

/** The maximum number of events in a row, so that reading a page does not load many other events. */
const ROW_EVENTS = 256

/** Splits gathered events into rows. */
export function toRuns({ firstSeq, events, times }: EventRun): EventRun[] {
  if (events.length <= ROW_EVENTS) return [{ firstSeq, events, times }]
  const runs: EventRun[] = []
  for (let i = 0; i < events.length; i += ROW_EVENTS)
    runs.push({ firstSeq: firstSeq + i, events: events.slice(i, i + ROW_EVENTS), times: times.slice(i, i + ROW_EVENTS) })
  return runs
}

/** A row of the journal. */
export interface JournalRow {
  first_seq: number
  last_seq: number
  events: string
}

/**
 * SQL: the time at which a row of the execution `execution_id` is written, which determines its partition. Readers
 * start at the creation time in the id, and the clock of the machine that created the id may be ahead of the database
 * clock.
 */
export const JOURNAL_AT = 'greatest(now(), uuid_extract_timestamp(execution_id))'

/**
 * Encodes a row: a JSON array of the events. `seq` is left out because the events are consecutive. `at` is written only
 * if the time differs from that of the previous event. This keeps most rows below the size at which Postgres compresses
 * them; compression costs more than the write itself.
 *
 * @param blobs receives the values that are too large for a row, see {@link serializeEvent}
 */
export function encodeRow({ events, times }: EventRun, blobs: Map<string, Buffer>): string {
  let text = '['
  let at = 0
  for (const [i, event] of events.entries()) {
    const time = times[i] ?? at
    const json = serializeEvent(event, blobs)
    if (i > 0) text += ','
    text += time === at ? json : `{"at":${time},${json.slice(1)}`
    at = time
  }
  return `${text}]`
}

/** @throws {AshlarError} JOURNAL_UNREADABLE */
export function decodeRow(row: JournalRow): JournalEvent[] {
  const decoded = parse(row.events)
  return [...decodeEvents(row, Array.isArray(decoded) ? decoded : undefined)]
}

/**
 * Decodes a row event by event, so that a caller can pause between the events of a large row.
 *
 * @param row its events are a JSON array, or the JSON texts of the events, separated by {@link SEPARATOR}
 * @throws {AshlarError} JOURNAL_UNREADABLE
 */
export function* decodeRowByEvent(row: JournalRow): Generator<JournalEvent, void> {
  if (row.events.startsWith('[')) yield* decodeRow(row)
  else yield* decodeEvents(row, row.events.split(SEPARATOR), parse)
}

function* decodeEvents<T>(
  { first_seq, last_seq, events }: JournalRow,
  stored: readonly T[] | undefined,
  read: (each: T) => unknown = (each) => each,
): Generator<JournalEvent, void> {
  if (stored?.length !== last_seq - first_seq + 1)
    throw unreadable(first_seq, last_seq, `expected ${last_seq - first_seq + 1} events, got ${showValue(events)}`)
  let at = 0
  for (const [i, each] of stored.entries()) {
    const event = read(each) as JournalEvent | null | undefined
    if (typeof event !== 'object' || event === null || !Object.hasOwn(EVENT_TYPES, event.type))
      throw unreadable(
        first_seq,
        last_seq,
        `event ${first_seq + i} has a type that this version does not support: ${showValue(event?.type)}`,
      )
    event.seq = first_seq + i
    at = event.at ??= at
    yield event
  }
}

function parse(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

function unreadable(firstSeq: number, lastSeq: number, problem: string): AshlarError {
  return new AshlarError('JOURNAL_UNREADABLE', `the journal row for events ${firstSeq} to ${lastSeq} cannot be read: ${problem}`)
}

const EVENT_TYPES: Record<ExecutionEvent['type'], true> = {
  ExecutionStarted: true,
  NodeStarted: true,
  EffectStarted: true,
  NodeOutput: true,
  NodeLog: true,
  NodeProgress: true,
  NodeUsage: true,
  NodeFinished: true,
  NodeWaiting: true,
  NodeResumed: true,
  GraphOutput: true,
  NodeOverridden: true,
  NodeRetried: true,
  ExecutionFinished: true,
}
