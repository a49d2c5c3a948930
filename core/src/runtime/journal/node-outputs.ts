import type pg from 'pg'
import type { JournalEvent } from '../../engine/index.ts'
import { restoreBlobs } from './blobs.ts'
import { readParts } from './journal-parts.ts'
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

function isOutputOf(event: JournalEvent, node: string, n: number): event is NodeOutput {
  return event.type === 'NodeOutput' && event.node === node && event.n === n
}
