import type pg from 'pg'

export interface WakeUpParts {
  pool: pg.Pool
  /** Puts the jobs of executions that wait back into the queue. */
  wake(executionIds: readonly string[]): Promise<void>
  onError(error: unknown): void
}

const MAX_BATCH = 1000
/** Sleepers are looked up at least this often, because other workers also release sleeping executions. */
const LOOKUP_INTERVAL_MS = 5000

interface Found {
  now: Date
  next: Date | null
  /** Sorted by wake time and id. */
  due: string[]
  /** The wake time of the last due execution, in the text format of Postgres. */
  lastAt: string | null
}

/** A position before all due executions. */
const FIRST = ['-infinity', '00000000-0000-0000-0000-000000000000'] as const

/**
 * Wakes the released executions that sleep. Their rows contain the wake time (`wake_at`). Every worker looks for them
 * every 5 s and at the earliest wake time that it has found; an execution that several workers wake is woken once. No
 * worker has to remember anything, so an execution is woken within milliseconds of its time even if all workers were
 * restarted in between.
 *
 * All times are times of the database clock. Each worker computes the offset of its own clock.
 */
export class WakeUps {
  readonly #parts: WakeUpParts
  #offsetMs = 0
  #isClockSet = false
  #timer: NodeJS.Timeout | undefined
  #timerAt = Infinity
  #looking: Promise<void> | undefined
  #lookAgain = false
  #closed = false

  constructor(parts: WakeUpParts) {
    this.#parts = parts
  }

  /** The clock of the database, in milliseconds since 1970. */
  readonly now = (): number => Date.now() + this.#offsetMs

  /** Schedules a lookup at this time. */
  schedule(at: number): void {
    if (this.#closed || at >= this.#timerAt) return
    clearTimeout(this.#timer)
    this.#timerAt = at
    this.#timer = setTimeout(() => this.lookUp(), Math.max(1, at - this.now()))
  }

  /** Resolves when the first lookup of the database time has ended. */
  async clockSet(): Promise<void> {
    if (!this.#isClockSet) await this.#looking
  }

  /** Wakes all due executions. */
  lookUp(): void {
    this.#lookAgain = true
    this.#looking ??= this.#lookUpAll()
      .catch((error: unknown) => this.#parts.onError(error))
      .finally(() => (this.#looking = undefined))
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#looking
  }

  async #lookUpAll(): Promise<void> {
    while (this.#lookAgain && !this.#closed) {
      this.#lookAgain = false
      clearTimeout(this.#timer)
      this.#timerAt = Infinity
      this.schedule(this.now() + LOOKUP_INTERVAL_MS) // also when the database does not answer
      await this.#wakeDue()
    }
  }

  /**
   * Wakes each due execution once. An execution stays due until a worker takes it, so the lookup pages through them.
   */
  async #wakeDue(): Promise<void> {
    for (let after: readonly [at: string, id: string] | undefined = FIRST; after && !this.#closed;) {
      const { next, due, lastAt } = await this.#find(after)
      if (next) this.schedule(next.getTime())
      const lastId = due.length === MAX_BATCH ? due.at(-1) : undefined
      after = lastId !== undefined && lastAt !== null ? [lastAt, lastId] : undefined
      await this.#parts.wake(due)
    }
  }

  /** @param after the wake time and id after which to continue */
  async #find(after: readonly [at: string, id: string]): Promise<Found> {
    const askedAt = performance.now()
    const { rows } = await this.#parts.pool.query<Found>({
      name: 'ashlar-sleepers',
      text: `
        with at as materialized (select clock_timestamp() as now),
        due as materialized (
          select id, wake_at from execution
          where wake_at <= (select now from at) and status = 'WAITING' and (wake_at, id) > ($1::timestamptz, $2::uuid)
          order by wake_at, id limit ${MAX_BATCH}
        )
        select now, (select min(wake_at) from execution where wake_at > now and status = 'WAITING') as next,
          array(select id::text from due order by wake_at, id) as due, (select max(wake_at)::text from due) as "lastAt"
        from at`,
      values: [...after],
    })
    const [found] = rows
    if (!found) throw new Error('the database returned no time')
    this.#setClock(found.now, performance.now() - askedAt)
    return found
  }

  /**
   * The result is the time of some moment during the query, truncated to milliseconds. An offset within this
   * uncertainty is kept.
   */
  #setClock(now: Date, tookMs: number): void {
    this.#isClockSet = true
    const offsetMs = now.getTime() + tookMs / 2 - Date.now()
    if (Math.abs(offsetMs - this.#offsetMs) > tookMs / 2 + 1) this.#offsetMs = offsetMs
  }
}
