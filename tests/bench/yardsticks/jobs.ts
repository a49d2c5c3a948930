import { randomUUIDv7 } from 'node:crypto'
import { once } from 'node:events'
import pg from 'pg'
import { PgBoss } from 'pg-boss'
import { connect } from '../connect.ts'
import { printError } from '../context.ts'

/** pg-boss alone, with no-op jobs. */
interface Jobs {
  /** One job, like that of an execution: inserted with a NOTIFY in one transaction, notified, fetched, deleted. */
  dispatchOne(): Promise<void>
  /** Inserts, fetches and deletes jobs in sets. */
  handle(count: number, setSize: number): Promise<void>
}

const QUEUE = 'yardstick'
const CHANNEL = 'bench_work'

export async function createJobs(databaseUrl: string, stack: AsyncDisposableStack): Promise<Jobs> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 })
  // A broken connection fails its next query.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  stack.defer(() => pool.end())
  const listener = await connect(databaseUrl)
  stack.defer(() => listener.end())
  await listener.query(`listen ${CHANNEL}`)
  const boss = new PgBoss({ db: { executeSql: (text, values) => pool.query(text, values) }, schedule: false })
  boss.on('error', printError)
  await boss.start()
  stack.defer(() => boss.stop({ graceful: false }))
  await boss.createQueue(QUEUE)
  return {
    async dispatchOne() {
      const notified = once(listener, 'notification')
      await insertAndNotify(boss, pool)
      await notified
      await finish(boss, 1)
    },
    async handle(count, setSize) {
      for (let i = 0; i < count; i += setSize)
        await boss.insert(
          QUEUE,
          Array.from({ length: setSize }, () => ({ id: randomUUIDv7() })),
        )
      for (let i = 0; i < count; i += setSize) await finish(boss, setSize)
    },
  }
}

async function insertAndNotify(boss: PgBoss, pool: pg.Pool): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await boss.insert(QUEUE, [{ id: randomUUIDv7() }], { db: { executeSql: (text, values) => client.query(text, values) } })
    await client.query(`select pg_notify('${CHANNEL}', '')`)
    await client.query('commit')
  } finally {
    client.release()
  }
}

async function finish(boss: PgBoss, setSize: number): Promise<void> {
  const jobs = await boss.fetch(QUEUE, { batchSize: setSize })
  if (jobs.length !== setSize) throw new Error(`pg-boss returned ${jobs.length} of ${setSize} jobs`)
  await boss.deleteJob(QUEUE, jobs)
}
