/**
 * Started by `waiting.ts`: `node --expose-gc waiting-process.ts <database url> <plugin folder …>`. A separate worker,
 * so that its heap contains no other data of the benchmark. The waiting executions have children, which sleep.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { createRuntime, type Runtime } from '@ashlar/core'
import { printError } from '../context.ts'
import { parentDocument, waiting } from '../graphs.ts'
import type { WaitingMessage } from './waiting.ts'

const PARENTS = 1000
/** Longer than the measurement. */
const WAIT_SECONDS = 3600
const GIVE_UP_AFTER_MS = 60_000

const [databaseUrl = '', ...pluginRoots] = process.argv.slice(2)
process.on('disconnect', () => process.exit())
// Ctrl-C signals the whole process group. The parent process ends this one in order.
process.on('SIGINT', () => {})
const runtime = await createRuntime({ databaseUrl, pluginRoots, onError: printError })
try {
  const found = await measure(runtime)
  process.send?.(found)
} finally {
  await runtime.close()
  process.disconnect?.()
}

async function measure({ users, graphs, executions, worker, database }: Runtime): Promise<WaitingMessage> {
  const { id: ownerId } = await users.ensureOwner()
  const childGraph = await graphs.create(ownerId, { name: 'Child', document: waiting(WAIT_SECONDS) })
  const parentGraph = await graphs.create(ownerId, { name: 'Parent', document: parentDocument(childGraph.id) })
  const start = (graphId: string, count: number) =>
    Promise.all(Array.from({ length: count }, () => executions.start(ownerId, { graphId, inputs: {} })))
  const count = async (status: string): Promise<number> => {
    const { rows } = await database.pool.query<{ count: number }>(
      'select count(*)::int as count from execution where status = $1',
      [status],
    )
    return rows[0]?.count ?? 0
  }
  const settle = async (): Promise<number> => {
    await becomeStable(async () => `${await count('WAITING')} ${await count('RUNNING')} ${worker?.active() ?? 0}`)
    return worker?.active() ?? 0
  }
  const cancelAll = async (): Promise<void> => {
    const { rows } = await database.pool.query<{ id: string }>(
      `select id from execution where parent_id is null and status in ('QUEUED', 'RUNNING', 'WAITING')`,
    )
    for (let i = 0; i < rows.length; i += 20)
      await Promise.all(rows.slice(i, i + 20).map(({ id }) => executions.cancel(ownerId, id)))
    await settle()
  }

  // Runs twice: the first run allocates everything that remains on the heap.
  await start(parentGraph.id, PARENTS)
  await settle()
  await cancelAll()
  const idleBytes = await heapBytes()
  await start(parentGraph.id, PARENTS)
  if ((await settle()) !== 0) throw new Error(`${worker?.active()} executions are still active`)
  const waitingBytes = await heapBytes()
  return { waiting: await count('WAITING'), idleBytes, waitingBytes }
}

/** Waits until the value remains the same for a while. */
async function becomeStable(look: () => Promise<string>): Promise<void> {
  const givenUpAt = performance.now() + GIVE_UP_AFTER_MS
  for (let last = '', since = performance.now(); performance.now() - since < 2500; await pause(250)) {
    const seen = await look()
    if (seen !== last) [last, since] = [seen, performance.now()]
    if (performance.now() > givenUpAt) throw new Error(`the value does not settle: ${seen}`)
  }
}

/** Returns the size of live objects on the heap and of their external memory. */
async function heapBytes(): Promise<number> {
  for (let i = 0; i < 5; i++) {
    globalThis.gc?.()
    await pause(50)
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
