import type { ExecutionEvent, JournalEvent } from '../engine/index.ts'
import type { NodeExecutionView } from '../domains/executions/index.ts'
import { encodeRow, readEvents as readStoredEvents, storeBlobs, toRuns } from '../runtime/journal/index.ts'
import type { TestRuntime } from './test-runtime.ts'

/**
 * Appends events to the journal of an execution that no worker runs. Event `n` has the time `n` milliseconds after the
 * start of 2030.
 */
export async function insertEvents(
  { database: { pool } }: TestRuntime,
  executionId: string,
  events: readonly ExecutionEvent[],
  after = 0,
): Promise<void> {
  const times = events.map((_, i) => Date.UTC(2030, 0) + after + i + 1)
  const blobs = new Map<string, Buffer>()
  for (const run of toRuns({ firstSeq: after + 1, events: [...events], times })) {
    const lastSeq = run.firstSeq + run.events.length - 1
    await pool.query('insert into journal (execution_id, first_seq, last_seq, events) values ($1, $2, $3, $4)', [
      executionId,
      run.firstSeq,
      lastSeq,
      encodeRow(run, blobs),
    ])
  }
  if (blobs.size > 0) await storeBlobs(pool, blobs)
}

/** Returns all events of an execution whose `seq` is larger than `after`. @throws when its journal is unreadable */
export function readEvents({ database }: Pick<TestRuntime, 'database'>, executionId: string, after = 0): Promise<JournalEvent[]> {
  return readStoredEvents(database.pool, executionId, after)
}

/** Returns the first 100 node executions of an execution. @throws when its journal is unreadable */
export async function readNodeExecutions(
  { executions, ownerId }: TestRuntime,
  executionId: string,
): Promise<NodeExecutionView[]> {
  const request = { first: 100, orderBy: { field: 'NODE', direction: 'ASC' }, filter: {}, countTotal: false } as const
  const page = (await executions.nodeExecutionsOf(ownerId, [executionId], request)).get(executionId)
  if (!page || page instanceof Error) throw page ?? new Error('there is no such execution')
  return page.items.map(({ item }) => item)
}
