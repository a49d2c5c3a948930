import type { Database } from '../database/index.ts'
import type { Workspaces } from '../workspaces/index.ts'
import { keepJournal } from './journal-partitions.ts'

const EVERY_MS = 3600_000

interface UpkeepParts {
  database: Database
  retentionDays: number
  workspaces?: Workspaces | undefined
  onError(error: unknown): void
}

/** Now and every hour: partitions of the journal are made and dropped, files of executions that are long over go. @returns what ends it */
export function startUpkeep({ database, retentionDays, workspaces, onError }: UpkeepParts): () => void {
  const keep = (): void => {
    keepJournal(database, retentionDays).catch(onError)
    workspaces?.removeExpired(retentionDays).catch(onError)
  }
  const timer = setInterval(keep, EVERY_MS)
  keep()
  return () => clearInterval(timer)
}
