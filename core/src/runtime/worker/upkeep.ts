import type { Database } from '../../postgres/index.ts'
import type { Workspaces } from '../../workspaces/index.ts'
import { maintainJournal } from '../journal/index.ts'
import { removeOldExchanges } from '../../recording/index.ts'
import { removeOldKeys } from '../../domains/idempotency/index.ts'

const EVERY_MS = 3600_000

interface UpkeepParts {
  database: Database
  retentionDays: number
  workspaces?: Workspaces | undefined
  onError(error: unknown): void
}

/**
 * Now and every hour, creates and drops partitions of the journal, and removes the files of executions whose retention
 * has passed and old idempotency keys.
 *
 * @returns a function that stops it
 */
export function startUpkeep({ database, retentionDays, workspaces, onError }: UpkeepParts): () => void {
  const keep = (): void => {
    maintainJournal(database, retentionDays).catch(onError)
    workspaces?.removeExpired(retentionDays).catch(onError)
    removeOldKeys(database).catch(onError)
    removeOldExchanges(database.pool, retentionDays).catch(onError)
  }
  const timer = setInterval(keep, EVERY_MS)
  keep()
  return () => clearInterval(timer)
}
