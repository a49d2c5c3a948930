import type pg from 'pg'

/** Where the last use of an object is stored. Constant SQL. */
interface Column {
  table: string
  id: string
  /** The type of the id. */
  type: 'uuid' | 'text'
}

const WRITE_AFTER_MS = 2000
/** The time for which a later use of an object is not stored. */
const QUIET_MS = 60_000

/** Stores when objects were last used, to the minute, and not while a request waits. */
export class LastUses {
  readonly #pool: pg.Pool
  readonly #column: Column
  readonly #onError: (error: unknown) => void
  readonly #pending = new Map<string, Date>()
  /** When the use of an object was recorded last. */
  readonly #recorded = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined

  constructor(pool: pg.Pool, column: Column, onError: (error: unknown) => void) {
    this.#pool = pool
    this.#column = column
    this.#onError = onError
  }

  record(id: string): void {
    const now = Date.now()
    if (now - (this.#recorded.get(id) ?? 0) < QUIET_MS) return
    this.#forgetOld(now)
    this.#recorded.set(id, now)
    this.#pending.set(id, new Date(now))
    this.#timer ??= setTimeout(() => void this.write().catch(this.#onError), WRITE_AFTER_MS).unref()
  }

  /** Stores what was recorded. */
  async write(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const uses = [...this.#pending]
    this.#pending.clear()
    if (uses.length === 0) return
    const { table, id, type } = this.#column
    await this.#pool.query(
      `update ${table} t set last_used_at = u.at from unnest($1::${type}[], $2::timestamptz[]) as u(id, at) where t.${id} = u.id`,
      [uses.map(([used]) => used), uses.map(([, at]) => at)],
    )
  }

  #forgetOld(now: number): void {
    for (const [id, at] of this.#recorded) {
      if (now - at < QUIET_MS) return
      this.#recorded.delete(id)
    }
  }
}
