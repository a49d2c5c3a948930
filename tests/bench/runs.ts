import { connect } from './connect.ts'
import type { BenchContext } from './context.ts'
import { time } from './measure.ts'

/**
 * Starts an execution and follows it, like a subscription.
 *
 * @returns milliseconds from the start until the subscriber sees that it has finished
 */
export async function runOne({ runtime, ownerId }: BenchContext, graphId: string): Promise<number> {
  return time(async () => {
    const { id } = await runtime.executions.start(ownerId, { graphId, inputs: {} })
    for await (const event of await runtime.executions.follow(ownerId, id, 0))
      if (event.type === 'ExecutionFinished' && event.status !== 'COMPLETED')
        throw new Error(`an execution ended ${event.status}: ${JSON.stringify(event.reason)}`)
  })
}

/**
 * The time without notifications before a query checks whether all executions have ended. Earlier queries would disturb
 * the run.
 */
const QUIET_MS = 50
const GIVE_UP_AFTER_MS = 120_000

/**
 * Starts executions concurrently.
 *
 * @returns milliseconds from the first start to the notification of the last commit; all executions are then COMPLETED
 */
export async function runBurst(context: BenchContext, graphId: string, count: number): Promise<number> {
  const { runtime, ownerId } = context
  const listener = await connect(runtime.database.url)
  try {
    let notifiedAt = performance.now()
    listener.on('notification', () => (notifiedAt = performance.now()))
    await listener.query('listen ashlar_journal')
    const began = performance.now()
    const starts = Array.from({ length: count }, () => runtime.executions.start(ownerId, { graphId, inputs: {} }))
    const ids = (await Promise.all(starts)).map(({ id }) => id)
    while (!(await areQuietAndDone(context, ids, () => notifiedAt)))
      if (performance.now() - began > GIVE_UP_AFTER_MS) throw new Error(`a burst of ${count} executions does not end`)
    return notifiedAt - began
  } finally {
    await listener.end()
  }
}

async function areQuietAndDone({ runtime }: BenchContext, ids: string[], notifiedAt: () => number): Promise<boolean> {
  const quietFor = performance.now() - notifiedAt()
  if (quietFor < QUIET_MS) {
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS - quietFor))
    return false
  }
  const { rows } = await runtime.database.pool.query<{ status: string; count: number }>(
    'select status, count(*)::int as count from execution where id = any($1) group by status',
    [ids],
  )
  const failed = rows.find(({ status }) => status === 'FAILED' || status === 'CANCELLED')
  if (failed) throw new Error(`${failed.count} executions of a burst ended ${failed.status}`)
  if (rows.length === 1 && rows[0]?.status === 'COMPLETED') return true
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS))
  return false
}
