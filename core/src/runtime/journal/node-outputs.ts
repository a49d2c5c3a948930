import type pg from 'pg'
import type { ExecutionEvent, JournalEvent } from '../../engine/index.ts'
import { restoreBlobs } from './blobs.ts'
import { readEventsAt, readParts } from './journal-parts.ts'
import { decodeRowByEvent } from './journal-rows.ts'

type NodeOutput = Extract<JournalEvent, { type: 'NodeOutput' }>

/**
 * Reads the committed outputs of a node execution, in order, page by page.
 *
 * @throws {AshlarError} JOURNAL_UNREADABLE
 */
export async function* readNodeOutputs(
  pool: pg.Pool,
  executionId: string,
  node: string,
  n: number,
): AsyncGenerator<NodeOutput, void> {
  for (let after = 0, hasMore = true; hasMore;) {
    const parts = await readParts(pool, [{ executionId, after }], { types: ['NodeOutput'], nodeId: node })
    const { rows, hasMore: isMore } = parts.get(executionId) ?? { rows: [], hasMore: false }
    const outputs: NodeOutput[] = []
    for (const row of rows) {
      // Rows overlap if a writer wrote events again because it did not receive the response to a successful commit.
      for (const event of decodeRowByEvent(row)) if (event.seq > after && isOutputOf(event, node, n)) outputs.push(event)
      after = Math.max(after, row.last_seq)
    }
    await restoreBlobs(pool, outputs)
    yield* outputs
    hasMore = isMore
  }
}

/** Reads single committed events of an execution, with all values. @returns by `seq`; events that are missing are left out */
export async function readFullEvents(
  pool: pg.Pool,
  executionId: string,
  seqs: readonly number[],
): Promise<Map<number, ExecutionEvent>> {
  const found = await readEventsAt(pool, new Map([[executionId, new Set(seqs)]]))
  const events = new Map([...(found.get(executionId) ?? [])].map(([seq, { event }]) => [seq, event]))
  await restoreBlobs(pool, [...events.values()])
  return events
}

function isOutputOf(event: JournalEvent, node: string, n: number): event is NodeOutput {
  return event.type === 'NodeOutput' && event.node === node && event.n === n
}
