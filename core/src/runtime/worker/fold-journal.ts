import type pg from 'pg'
import { AshlarError, Slices } from '../../base/index.ts'
import { Folding, type Folded, type Plan } from '../../engine/index.ts'
import { readPages } from '../journal/index.ts'

/** If the lists that an execution gathers are longer than this, as JSON text, they are read from the journal. */
const MAX_GATHERED_CHARS = 4 * 1024 * 1024

/**
 * Restores the state of an execution from its journal, in turns with other work. Throws database errors.
 *
 * @param executionId undefined for an execution without events
 * @returns an error JOURNAL_UNREADABLE if the journal cannot be read
 */
export async function foldJournal(pool: pg.Pool, plan: Plan, executionId: string | undefined): Promise<Folded | AshlarError> {
  const folding = new Folding(plan, { retains: false, maxGatheredChars: MAX_GATHERED_CHARS })
  const slices = new Slices()
  try {
    for await (const events of executionId === undefined ? [] : readPages(pool, executionId, 0))
      for (const event of events) {
        folding.add(event)
        if (slices.isOver()) await slices.pause()
      }
    return folding.end()
  } catch (error) {
    if (error instanceof AshlarError) return error
    throw error
  }
}
