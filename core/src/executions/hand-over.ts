import { channelName, type Database } from '../database/index.ts'
import type { Queue } from '../queue/index.ts'
import type { HeldExecution, HeldExecutions } from './held-executions.ts'
import type { JournalWriter } from './journal-writer.ts'
import { giveBack } from './takes.ts'

export interface HandOverParts {
  database: Database
  queue: Queue
  /** The id of the stopping worker. */
  id: string
  held: HeldExecutions
  journal: JournalWriter
  onError(error: unknown): void
}

/**
 * Hands over the executions of a stopping worker. It starts nothing new in them. It releases an execution immediately if no running
 * block has external effects. Otherwise it releases the execution after these blocks have ended and their results are committed.
 *
 * @param graceMs the time after which it returns, even if executions are left
 */
export async function handOverAll(parts: HandOverParts, graceMs: number): Promise<void> {
  const quiet: HeldExecution[] = []
  const effectful: Promise<void>[] = []
  for (const held of parts.held.all()) {
    const ended = held.driver?.drain()
    if (ended) effectful.push(ended.then(() => handOver(parts, [held])))
    else quiet.push(held)
  }
  const all = Promise.all([handOver(parts, quiet), ...effectful]).catch((error: unknown) => parts.onError(error))
  const { promise: isOver, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, graceMs)
  await Promise.race([all, isOver])
  clearTimeout(timer)
}

async function handOver(parts: HandOverParts, all: HeldExecution[]): Promise<void> {
  for (const { driver } of all) driver?.stop()
  await Promise.all(all.map(({ entry }) => parts.journal.committed(entry)))
  await release(
    parts,
    all.filter(({ entry }) => parts.held.of(entry)), // the others have ended
  )
}

/** Releases executions, so that another worker can claim them immediately. */
export async function release({ database, queue, id, held }: HandOverParts, all: readonly HeldExecution[]): Promise<void> {
  if (all.length === 0) return
  for (const each of all) held.remove(each)
  const ids = all.map(({ entry }) => entry.executionId)
  await giveBack(database, id, ids)
  await queue.release(all.map(({ lease }) => lease))
  await database.pool.query(`select pg_notify('${channelName('work')}', '')`)
}
