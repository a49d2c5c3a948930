import type pg from 'pg'
import { classifyFailure, channelName, readErrorCode, type Notifications } from '../../postgres/index.ts'
import { AshlarError } from '../../base/index.ts'

/**
 * Whether events can be written. `code` is the SQLSTATE or the Node.js code of the error, `CONNECTION` or `TIMEOUT`.
 */
type JournalState = { writable: true } | { writable: false; code: string }

/** Determines whether the journal can be written, from reports of the workers and from a probe. */
export interface JournalHealth {
  /**
   * Reports that the worker of this runtime has written or failed to write, and notifies the other processes of the
   * installation.
   */
  report(isWritable: boolean, error?: unknown): void
  /** Probes the database unless a worker has reported that it cannot write. The result is at most one second old. */
  state(): Promise<JournalState>
  /**
   * Runs work that writes to the database, such as a start. It rejects the work early if the journal is known to be
   * unavailable.
   *
   * @throws {AshlarError} JOURNAL_UNAVAILABLE when the connection or the environment prevents it; the cause is logged
   */
  guard<T>(work: () => Promise<T>): Promise<T>
  close(): void
}

interface JournalHealthParts {
  pool: pg.Pool
  notifications: Notifications
  onError(error: unknown): void
}

export function createJournalHealth(parts: JournalHealthParts): JournalHealth {
  return new HealthMonitor(parts)
}

const PROBE_AGE_MS = 1000
const PROBE_WITHIN_MS = 5000
/** More than the connections of the pool, all of which may have ended. */
const MAX_PROBES = 11
/** A worker that cannot write repeats its report every two seconds. */
const REPORT_AGE_MS = 10_000
const NO_ANSWER = 'TIMEOUT'
/** The connection ended without a code. */
const NO_CONNECTION = 'CONNECTION'

interface Report {
  code: string
  until: number
}

class HealthMonitor implements JournalHealth {
  readonly #parts: JournalHealthParts
  readonly #id = crypto.randomUUID()
  /** Reports of processes whose worker cannot write, by process id. */
  readonly #reports = new Map<string, Report>()
  readonly #endListening: () => void
  #probe: Promise<JournalState> | undefined
  /** At most one attempt runs, because an attempt without a response keeps its connection. */
  #attempt: Promise<JournalState> | undefined
  #probedAt = -Infinity
  /** The last work of {@link guard} failed, so a probe precedes the next work. */
  #isSuspect = false

  constructor(parts: JournalHealthParts) {
    this.#parts = parts
    this.#endListening = parts.notifications.listen('health', (message) => this.#receive(message))
  }

  report(isWritable: boolean, error?: unknown): void {
    const code = isWritable ? null : shownCode(error)
    this.#setReport(this.#id, code)
    const message = JSON.stringify({ id: this.#id, code })
    const { pool } = this.#parts
    pool.query(`select pg_notify('${channelName('health')}', $1)`, [message]).catch(() => {}) // the others probe
  }

  async state(): Promise<JournalState> {
    const [report] = this.#fresh()
    if (report) return { writable: false, code: report.code }
    if (!this.#probe || performance.now() - this.#probedAt > PROBE_AGE_MS) {
      this.#probedAt = performance.now()
      this.#attempt ??= tryToWrite(this.#parts.pool).finally(() => (this.#attempt = undefined))
      this.#probe = withinTime(this.#attempt)
    }
    return this.#probe
  }

  async guard<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isSuspect || this.#fresh().length > 0) {
      const state = await this.state()
      if (!state.writable) throw unavailable(state.code)
    }
    try {
      const result = await work()
      this.#isSuspect = false
      return result
    } catch (error) {
      if (error instanceof AshlarError || classifyFailure(error) === 'statement') throw error
      this.#isSuspect = true
      this.#parts.onError(error)
      throw unavailable(shownCode(error), error)
    }
  }

  readonly close = (): void => this.#endListening()

  #receive(message: string): void {
    if (message === '') return // after a lost connection: workers repeat their reports
    const { id, code } = JSON.parse(message) as { id: string; code: string | null }
    this.#setReport(id, code)
  }

  #setReport(id: string, code: string | null): void {
    if (code === null) this.#reports.delete(id)
    else this.#reports.set(id, { code, until: performance.now() + REPORT_AGE_MS })
  }

  #fresh(): Report[] {
    for (const [id, { until }] of this.#reports) if (until < performance.now()) this.#reports.delete(id)
    return [...this.#reports.values()]
  }
}

async function withinTime(attempt: Promise<JournalState>): Promise<JournalState> {
  const { promise: late, resolve } = Promise.withResolvers<JournalState>()
  const timer = setTimeout(() => resolve({ writable: false, code: NO_ANSWER }), PROBE_WITHIN_MS)
  try {
    return await Promise.race([attempt, late])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Inserts a row into the journal and rolls the insert back. A connection of the pool may have ended unnoticed, which
 * does not indicate a problem of the journal, so the next connection is tried.
 */
async function tryToWrite(pool: pg.Pool, attempts = MAX_PROBES): Promise<JournalState> {
  let client: pg.PoolClient | undefined
  try {
    client = await pool.connect()
    await client.query(
      `begin; set local statement_timeout = ${PROBE_WITHIN_MS};
       insert into journal (execution_id, first_seq, last_seq, events) values (gen_random_uuid(), 1, 1, '[]'); rollback`,
    )
    client.release()
    return { writable: true }
  } catch (error) {
    client?.release(true)
    if (client && attempts > 1 && classifyFailure(error) === 'connection') return tryToWrite(pool, attempts - 1)
    return { writable: false, code: shownCode(error) }
  }
}

function shownCode(error: unknown): string {
  return readErrorCode(error) || NO_CONNECTION
}

function unavailable(code: string, cause?: unknown): AshlarError {
  const message = `the journal cannot be written (${code}), so nothing was changed; try again later`
  return new AshlarError('JOURNAL_UNAVAILABLE', message, { cause })
}
