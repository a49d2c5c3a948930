import type pg from 'pg'
import { PgBoss, type Job } from 'pg-boss'

/** The jobs of the installation: one for each execution with work to do. The only file that imports `pg-boss`. */
export interface Queue {
  /** Adds a job per execution, in the transaction of `client`. The id of a job is the id of its execution. */
  enqueue(client: pg.ClientBase, jobs: readonly NewJob[]): Promise<void>
  /**
   * Takes jobs, those of higher priority first. The worker holds the lease of each job until it stops renewing it.
   *
   * @param passedOver owners whose jobs are skipped
   */
  take(most: number, passedOver: readonly string[]): Promise<Lease[]>
  renew(leases: readonly Lease[]): Promise<void>
  /** Removes the jobs of executions that have ended or wait. */
  complete(leases: readonly Lease[]): Promise<void>
  /** Returns the jobs of executions that have not ended. Another worker can take them immediately. */
  release(leases: readonly Lease[]): Promise<void>
  /** Returns the leases of all workers. */
  held(): Promise<Lease[]>
  /** Returns the ids of the executions that have a job. */
  pending(): Promise<string[]>
  close(): Promise<void>
}

interface NewJob {
  executionId: string
  /** The owner in whose share of the workers the job counts. */
  ownerId: string
  /** Jobs of higher priority go first. @default 0 */
  priority?: number
}

/** The right of a worker to write an execution. */
export interface Lease {
  executionId: string
  job: Pick<Job, 'id' | 'retryCount'>
}

const NAME = 'execution'
/** A job that is not renewed for this long goes to another worker. */
const HEARTBEAT_SECONDS = 10
/** The maximum of pg-boss. A longer execution changes its worker once a day. */
const EXPIRE_SECONDS = 24 * 3600
const RETRY_LIMIT = 1_000_000

/** @param onError receives failures of the maintenance of pg-boss */
export async function createQueue(pool: pg.Pool, onError: (error: Error) => void): Promise<Queue> {
  const db = { executeSql: (text: string, values?: unknown[]) => pool.query(text, values) }
  const boss = new PgBoss({ db, monitorIntervalSeconds: 5, superviseIntervalSeconds: 5, schedule: false })
  boss.on('error', onError)
  await boss.start()
  await boss.createQueue(NAME, {
    heartbeatSeconds: HEARTBEAT_SECONDS,
    expireInSeconds: EXPIRE_SECONDS,
    retryLimit: RETRY_LIMIT,
    retryDelay: 0,
  })
  return {
    async enqueue(client, jobs) {
      const transaction = { executeSql: (text: string, values?: unknown[]) => client.query(text, values) }
      await boss.insert(
        NAME,
        jobs.map(({ executionId, ownerId, priority = 0 }) => ({ id: executionId, priority, group: { id: ownerId } })),
        { db: transaction },
      )
    },
    async take(most, passedOver) {
      const jobs = await boss.fetch(NAME, { batchSize: most, ignoreGroups: passedOver.length > 0 ? [...passedOver] : null })
      return jobs.map(({ id, retryCount }) => ({ executionId: id, job: { id, retryCount } }))
    },
    async renew(leases) {
      if (leases.length > 0)
        await boss.touch(
          NAME,
          leases.map(({ job }) => job),
        )
    },
    async complete(leases) {
      if (leases.length > 0)
        await boss.deleteJob(
          NAME,
          leases.map(({ job }) => job),
        )
    },
    async release(leases) {
      if (leases.length > 0)
        await boss.fail(
          NAME,
          leases.map(({ job }) => job),
        )
    },
    async held() {
      const jobs = await boss.findJobs(NAME, { queued: false })
      return jobs
        .filter(({ state }) => state === 'active')
        .map(({ id, retryCount }) => ({ executionId: id, job: { id, retryCount } }))
    },
    pending: async () => (await boss.findJobs(NAME)).map(({ id }) => id),
    close: () => boss.stop({ graceful: false }),
  }
}
