import type pg from 'pg'
import { AshlarError } from '../../base/index.ts'
import type { JournalEvent } from '../../engine/index.ts'
import { readEvents, readLastSeq } from './journal-reader.ts'

/** The number of events of an execution that can be retried, which are in memory at the same time. */
const MAX_COPIED_EVENTS = 300_000

/**
 * Reads the journal of an execution to copy it into another one.
 *
 * @param maxEvents the events of a longer journal are not read
 * @throws {AshlarError} CONFLICT when it has too many events, JOURNAL_UNREADABLE
 */
export async function readCopy(
  pool: pg.Pool | pg.ClientBase,
  executionId: string,
  maxEvents = MAX_COPIED_EVENTS,
): Promise<JournalEvent[]> {
  const count = await readLastSeq(pool, executionId)
  if (count <= maxEvents) {
    const events = await readEvents(pool, executionId, 0)
    return events.filter(({ type }) => type !== 'NodeUsage') // the copy has not consumed it
  }
  const message = `the execution has ${count} events, and at most ${maxEvents} can be continued or repeated: start the graph again`
  throw new AshlarError('CONFLICT', message, { details: { path: ['executionId'] } })
}
