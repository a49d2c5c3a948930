import { channelName, type Database } from '../../postgres/index.ts'
import type { Queue } from '../../postgres/queue/index.ts'
import type { HeldExecution, HeldExecutions } from './held-executions.ts'
import type { JournalWriter } from '../journal/index.ts'
import { releaseRows } from './crash-limit.ts'

interface HandOverParts {
  database: Database
  queue: Queue
  /** The id of the stopping worker. */
  id: string
  held: HeldExecutions
  journal: JournalWriter
  onError(error: unknown): void
}

/**
 * Hands over the executions of a stopping worker and starts nothing new in them. It releases an execution immediately
 * if no running block has external effects. Otherwise it releases the execution after these blocks have ended and their
 * results are committed.
 *
 * @param graceMs the time after which it starts no further releases and returns, even if executions are left
 */
export async function handOverAll(parts: HandOverParts, graceMs: number): Promise<void> {
  const quiet: HeldExecution[] = []
  const busy: Promise<void>[] = []
  const progress: Progress = { isOver: false, releases: [] }
  for (const held of parts.held.all()) {
    const ended = held.driver?.drain()
    if (ended) busy.push(ended.then(() => handOver(parts, [held], progress)))
    else quiet.push(held)
  }
  // The failure of one release does not end the grace period of the others.
  const all = Promise.all(
    [handOver(parts, quiet, progress), ...busy].map((each) => each.catch((error: unknown) => parts.onError(error))),
  )
  const { promise: isOver, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, graceMs)
  await Promise.race([all, isOver])
  clearTimeout(timer)
  progress.isOver = true
  // The worker no longer holds these executions. If the connections closed now, their leases would have to expire.
  await Promise.allSettled(progress.releases)
}

interface Progress {
  /** No further release starts here: the worker releases the remaining executions. */
  isOver: boolean
  readonly releases: Promise<void>[]
}

async function handOver(parts: HandOverParts, all: HeldExecution[], progress: Progress): Promise<void> {
  for (const { driver } of all) driver?.stop()
  await Promise.all(all.map(({ entry }) => parts.journal.committed(entry)))
  if (progress.isOver) return
  const releasing = release(
    parts,
    all.filter(({ entry }) => parts.held.find(entry)), // the others have ended
  )
  progress.releases.push(releasing)
  await releasing
}

/** Releases executions, so that another worker can take them immediately. */
export async function release({ database, queue, id, held }: HandOverParts, all: readonly HeldExecution[]): Promise<void> {
  if (all.length === 0) return
  for (const each of all) held.remove(each)
  const ids = all.map(({ entry }) => entry.executionId)
  await releaseRows(database, id, ids)
  await queue.release(all.map(({ lease }) => lease))
  await database.pool.query(`select pg_notify('${channelName('work')}', '')`)
}
