import type pg from 'pg'

export interface SleeperParts {
  pool: pg.Pool
  /** Puts the jobs of executions that wait back into the queue. */
  wake(executionIds: readonly string[]): Promise<void>
  onError(error: unknown): void
}

const MOST_AT_ONCE = 1000
/** A later one is looked for again before it is due: other workers give back sleeping executions too. */
const LOOK_EVERY_MS = 5000

interface Found {
  now: Date
  next: Date | null
  /** In the order of their times and ids. */
  due: string[]
  /** The time of the last of them, as Postgres writes it. */
  lastAt: string | null
}

/** Before all that is due. */
const FIRST = ['-infinity', '00000000-0000-0000-0000-000000000000'] as const

/**
 * Wakes the executions that were given back asleep: their rows say when (`wake_at`). Every worker looks every 5 s, and when the first
 * that it knows of is due; what several workers wake is woken once. So nobody has to remember anything, and an execution is
 * woken within milliseconds also when all workers were started anew meanwhile.
 *
 * It is always the clock of the database that says when: workers ask it how far theirs is off.
 */
export class Sleepers {
  readonly #parts: SleeperParts
  #offsetMs = 0
  #isSet = false
  #timer: NodeJS.Timeout | undefined
  #timerAt = Infinity
  #looking: Promise<void> | undefined
  #lookAgain = false
  #closed = false

  constructor(parts: SleeperParts) {
    this.#parts = parts
  }

  /** The clock of the database, in milliseconds since 1970. */
  readonly now = (): number => Date.now() + this.#offsetMs

  /** Sees to it that what is due then is woken then. */
  expect(at: number): void {
    if (this.#closed || at >= this.#timerAt) return
    clearTimeout(this.#timer)
    this.#timerAt = at
    this.#timer = setTimeout(() => this.look(), Math.max(1, at - this.now()))
  }

  /** Resolves when the database has been asked for its time. */
  async clockKnown(): Promise<void> {
    if (!this.#isSet) await this.#looking
  }

  /** Wakes what is due. */
  look(): void {
    this.#lookAgain = true
    this.#looking ??= this.#lookAll()
      .catch((error: unknown) => this.#parts.onError(error))
      .finally(() => (this.#looking = undefined))
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#looking
  }

  async #lookAll(): Promise<void> {
    while (this.#lookAgain && !this.#closed) {
      this.#lookAgain = false
      clearTimeout(this.#timer)
      this.#timerAt = Infinity
      this.expect(this.now() + LOOK_EVERY_MS) // also when the database does not answer
      await this.#wakeDue()
    }
  }

  /** Each once: what was woken stays due until a worker takes it. */
  async #wakeDue(): Promise<void> {
    for (let after: readonly [at: string, id: string] | undefined = FIRST; after && !this.#closed;) {
      const { next, due, lastAt } = await this.#find(after)
      if (next) this.expect(next.getTime())
      const lastId = due.length === MOST_AT_ONCE ? due.at(-1) : undefined
      after = lastId !== undefined && lastAt !== null ? [lastAt, lastId] : undefined
      await this.#parts.wake(due)
    }
  }

  /** @param after which time and id to look on */
  async #find(after: readonly [at: string, id: string]): Promise<Found> {
    const askedAt = performance.now()
    const { rows } = await this.#parts.pool.query<Found>({
      name: 'ashlar-sleepers',
      text: `
        with at as materialized (select clock_timestamp() as now),
        due as materialized (
          select id, wake_at from execution
          where wake_at <= (select now from at) and status = 'WAITING' and (wake_at, id) > ($1::timestamptz, $2::uuid)
          order by wake_at, id limit ${MOST_AT_ONCE}
        )
        select now, (select min(wake_at) from execution where wake_at > now and status = 'WAITING') as next,
          array(select id::text from due order by wake_at, id) as due, (select max(wake_at)::text from due) as "lastAt"
        from at`,
      values: [...after],
    })
    const [found] = rows
    if (!found) throw new Error('the database tells no time')
    this.#setClock(found.now, performance.now() - askedAt)
    return found
  }

  /** The answer tells the time of some moment since the question, without the rest of a millisecond: what may be right stays. */
  #setClock(now: Date, tookMs: number): void {
    this.#isSet = true
    const offsetMs = now.getTime() + tookMs / 2 - Date.now()
    if (Math.abs(offsetMs - this.#offsetMs) > tookMs / 2 + 1) this.#offsetMs = offsetMs
  }
}
