import type pg from 'pg'
import type { NodeExecution } from '../../../engine/index.ts'
import { blobHashes, readBlobSizes, readEventsAt, restoreBlobs, type StoredEvent } from '../../../runtime/journal/index.ts'
import { type NodeExecutionView, viewNodeExecution, valueSeqs } from './node-execution-view.ts'
import type { Projection } from './projection.ts'

/** Node executions of one execution, in the order in which they are to be returned. */
export interface Chosen {
  executionId: string
  projection: Projection
  runs: readonly NodeExecution[]
}

/**
 * Loads node executions with their values, with three statements for all executions.
 *
 * @param maxBytes for the values of each execution, as JSON. The first node execution is returned in any case.
 * @returns the views by execution id, up to the limit
 */
export async function loadViews(
  pool: pg.Pool,
  chosen: readonly Chosen[],
  maxBytes: number,
): Promise<Map<string, NodeExecutionView[]>> {
  const seqs = new Map(
    chosen.map(({ executionId, projection, runs }) => {
      return [executionId, new Set(runs.flatMap((run) => [...valueSeqs(projection, run)]))] as const
    }),
  )
  const events = await readEventsAt(pool, seqs)
  const hashes = new Set([...events.values()].flatMap((own) => [...own.values()].flatMap(({ event }) => blobHashes(event))))
  const sizes = await readBlobSizes(pool, [...hashes])
  const fitting = chosen.map((each) => {
    const own = events.get(each.executionId) ?? new Map<number, StoredEvent>()
    return { ...each, events: own, runs: takeFitting(each, own, sizes, maxBytes) }
  })
  const needed = fitting.flatMap(({ projection, runs, events: own }) =>
    runs.flatMap((run) => [...valueSeqs(projection, run)].flatMap((seq) => own.get(seq)?.event ?? [])),
  )
  await restoreBlobs(pool, [...new Set(needed)])
  return new Map(
    fitting.map(({ executionId, projection, runs, events: own }) => [
      executionId,
      runs.map((run) => viewNodeExecution(executionId, projection, run, own)),
    ]),
  )
}

function takeFitting(
  { projection, runs }: Chosen,
  events: ReadonlyMap<number, StoredEvent>,
  sizes: ReadonlyMap<string, number>,
  maxBytes: number,
): readonly NodeExecution[] {
  let bytes = 0
  const end = runs.findIndex((run, i) => {
    for (const seq of valueSeqs(projection, run)) bytes += sizeOf(events.get(seq), sizes)
    return bytes > maxBytes && i > 0
  })
  return end < 0 ? runs : runs.slice(0, end)
}

/** The approximate size of an event as JSON. */
export function sizeOf(stored: StoredEvent | undefined, sizes: ReadonlyMap<string, number>): number {
  if (!stored) return 0
  return blobHashes(stored.event).reduce((sum, hash) => sum + (sizes.get(hash) ?? 0), stored.chars)
}
