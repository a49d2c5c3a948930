import type pg from 'pg'
import type { Notifications } from '../database/index.ts'
import { restoreBlobs } from './blobs.ts'
import type { JournalEvent } from './events.ts'

const PAGE_ROWS = 100

/** Committed events of an execution after `after`, in order, at most `most`. */
export async function readEvents(
  pool: pg.Pool | pg.ClientBase,
  executionId: string,
  after: number,
  most: number,
): Promise<JournalEvent[]> {
  const events: JournalEvent[] = []
  let last = after
  while (events.length < most) {
    const { rows } = await pool.query<{ events: JournalEvent[]; last_seq: number }>({
      name: 'ashlar-journal-read',
      text: `select events, last_seq from journal where execution_id = $1 and last_seq > $2 and at >= $3 order by first_seq limit ${PAGE_ROWS}`,
      values: [executionId, last, begunAt(executionId)],
    })
    for (const row of rows) for (const event of row.events) if (event.seq > after && events.length < most) events.push(event)
    last = rows.at(-1)?.last_seq ?? last
    if (rows.length < PAGE_ROWS) break
  }
  await restoreBlobs(pool, events)
  return events
}

/** Clocks of machines differ. */
const CLOCK_MARGIN_MS = 10 * 60_000

/** When an execution was made, which its id (a UUID v7) tells: partitions before hold nothing of it. */
function begunAt(executionId: string): Date {
  return new Date(Number.parseInt(executionId.slice(0, 8) + executionId.slice(9, 13), 16) - CLOCK_MARGIN_MS)
}

/** Events read ahead of a slow subscriber. */
const READ_AHEAD = 500

/**
 * Follows an execution from `after` on until it has finished: first what the journal holds, then what comes, each event
 * once and in order. Only committed events are seen. Holds at most {@link READ_AHEAD} events. A reader that leaves
 * (`return`) while it waits is let go at once.
 */
export function followEvents(
  pool: pg.Pool,
  notifications: Notifications,
  executionId: string,
  after: number,
): AsyncGenerator<JournalEvent, void> {
  const reader = { heard: Promise.withResolvers<void>(), hasLeft: false }
  const events = read(pool, notifications, executionId, after, reader)
  const leave = events.return.bind(events)
  events.return = (value) => {
    reader.hasLeft = true
    reader.heard.resolve()
    return leave(value)
  }
  return events
}

async function* read(
  pool: pg.Pool,
  notifications: Notifications,
  executionId: string,
  after: number,
  reader: { heard: PromiseWithResolvers<void>; hasLeft: boolean },
): AsyncGenerator<JournalEvent, void> {
  const end = notifications.listen('journal', (message) => {
    if (message === '' || message.includes(executionId)) reader.heard.resolve()
  })
  try {
    for (let last = after; !reader.hasLeft;) {
      const events = await readEvents(pool, executionId, last, READ_AHEAD)
      for (const event of events) {
        yield event
        if (event.type === 'ExecutionFinished') return
      }
      last = events.at(-1)?.seq ?? last
      if (events.length === READ_AHEAD) continue
      await reader.heard.promise
      reader.heard = Promise.withResolvers()
    }
  } finally {
    end()
  }
}
