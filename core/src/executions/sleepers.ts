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
  due: string[]
}

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
      const { next, due } = await this.#find()
      if (next) this.expect(next.getTime())
      if (due.length === MOST_AT_ONCE) this.#lookAgain = true
      await this.#parts.wake(due)
    }
  }

  async #find(): Promise<Found> {
    const askedAt = performance.now()
    const { rows } = await this.#parts.pool.query<Found>({
      name: 'ashlar-sleepers',
      text: `
        with at as (select clock_timestamp() as now)
        select at.now, (select min(wake_at) from execution where wake_at > at.now and status = 'WAITING') as next,
          array(select id::text from execution where wake_at <= at.now and status = 'WAITING' limit ${MOST_AT_ONCE}) as due
        from at`,
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
