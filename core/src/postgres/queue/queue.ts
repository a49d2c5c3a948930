import type pg from 'pg'
import { PgBoss, type Job } from 'pg-boss'

/** The jobs of the installation: one per execution that is to be stepped. The one file that imports `pg-boss`. */
export interface Queue {
  /** Adds a job per execution, in the transaction of `client`; the job's id is the execution's. */
  enqueue(client: pg.ClientBase, jobs: readonly NewJob[]): Promise<void>
  /**
   * Takes jobs, those of higher priority first; each is this worker's as long as it is renewed.
   *
   * @param passedOver owners whose jobs stay where they are
   */
  take(most: number, passedOver: readonly string[]): Promise<Lease[]>
  renew(leases: readonly Lease[]): Promise<void>
  /** The executions have ended or wait: the jobs go. */
  complete(leases: readonly Lease[]): Promise<void>
  /** Gives executions back that have not ended: the next worker takes them at once. */
  release(leases: readonly Lease[]): Promise<void>
  /** Every job that is held, by whomever. */
  held(): Promise<Lease[]>
  /** Returns the ids of the executions that have a job. */
  pending(): Promise<string[]>
  close(): Promise<void>
}

interface NewJob {
  executionId: string
  /** Whose share of the workers it takes. */
  ownerId: string
  /** Higher goes first. @default 0 */
  priority?: number
}

/** A worker's hold on an execution. */
export interface Lease {
  executionId: string
  job: Pick<Job, 'id' | 'retryCount'>
}

const NAME = 'execution'
/** A job that was not renewed for so long goes to another worker. */
const HEARTBEAT_SECONDS = 10
/** What pg-boss allows at most; a longer execution changes its worker once a day. */
const EXPIRE_SECONDS = 24 * 3600
const PLENTY = 1_000_000

/** @param onError hears of failures in pg-boss's own upkeep */
export async function createQueue(pool: pg.Pool, onError: (error: Error) => void): Promise<Queue> {
  const db = { executeSql: (text: string, values?: unknown[]) => pool.query(text, values) }
  const boss = new PgBoss({ db, monitorIntervalSeconds: 5, superviseIntervalSeconds: 5, schedule: false })
  boss.on('error', onError)
  await boss.start()
  await boss.createQueue(NAME, {
    heartbeatSeconds: HEARTBEAT_SECONDS,
    expireInSeconds: EXPIRE_SECONDS,
    retryLimit: PLENTY,
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
