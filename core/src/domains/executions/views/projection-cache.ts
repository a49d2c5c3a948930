import type pg from 'pg'
import { AshlarError, Lru, Slices } from '../../../base/index.ts'
import type { JournalEvent, Plan } from '../../../engine/index.ts'
import { decodeRowByEvent, readParts, restoreBlobs, type JournalPart } from '../../../runtime/journal/index.ts'

/** What a journal describes, built from its events in order. */
interface Foldable {
  /** The last event that it includes. */
  readonly seq: number
  /** An estimate of the memory that it uses. */
  readonly bytes: number
  /** Whether it needs a large value of the event. */
  needsValue(event: JournalEvent): boolean
  /** Adds the next event. @throws {AshlarError} JOURNAL_UNREADABLE */
  add(event: JournalEvent): void
}

/** The memory that projections may use, as estimates. */
const LIMITS = {
  /** One projection, and all projections between requests: a projection that is read once is kept for the next page. */
  projectionBytes: 384 * 1024 * 1024,
  /** All projections, including those that requests are building. */
  totalBytes: 640 * 1024 * 1024,
}
/** The ids of executions that are known to be too large. */
const MAX_TOO_LARGE = 10_000

/**
 * The projections of recently read executions.
 *
 * A projection is built once, and then only the events that were committed since are added. Each process has its own:
 * the journal is the only source, so several gateways agree without coordination. A table would need an additional
 * write for each event, which would slow down the journal writer.
 *
 * Building a projection of N events takes one pass over the journal, in slices of 10 ms. The projection holds no
 * values, so it needs memory for the number of node executions, not for the size of their values. A projection that
 * needs too much memory is abandoned.
 */
export class ProjectionCache<P extends Foldable> {
  readonly #pool: pg.Pool
  readonly #create: (plan: Plan) => P
  readonly #limits: typeof LIMITS
  /** The most recently used one is the last one. */
  readonly #entries = new Map<string, Entry<P>>()
  readonly #tooLarge = new Lru<string, true>(MAX_TOO_LARGE)
  #bytes = 0

  constructor(pool: pg.Pool, create: (plan: Plan) => P, limits: Partial<typeof LIMITS> = {}) {
    this.#pool = pool
    this.#create = create
    this.#limits = { ...LIMITS, ...limits }
  }

  /**
   * Returns the current projections of executions.
   *
   * @param plans by the id of the execution
   * @returns JOURNAL_UNREADABLE for an execution whose journal cannot be read, EXECUTION_TOO_LARGE for one whose
   * projection needs too much memory, RATE_LIMITED for one whose projection needs more than is free at the moment
   */
  async load(plans: ReadonlyMap<string, Plan>): Promise<Map<string, P | AshlarError>> {
    const entries = [...plans].map(([id, plan]) => [id, this.#open(id, plan)] as const)
    for (let busy = currentUpdates(entries); busy.length > 0; busy = currentUpdates(entries)) await Promise.all(busy)
    const update = this.#update(entries)
    const settled = update.catch(() => undefined)
    for (const [, entry] of entries) entry.updating = settled
    try {
      await update
      for (const [id, entry] of entries) {
        if (entry.failure) this.#drop(id, entry)
        else this.#keep(id, entry)
      }
    } catch (error) {
      for (const [id, entry] of entries) this.#drop(id, entry)
      throw error
    } finally {
      for (const [, entry] of entries) entry.updating = undefined
    }
    return new Map(entries.map(([id, { projection, failure }]) => [id, failure ?? projection]))
  }

  #open(id: string, plan: Plan): Entry<P> {
    const entry: Entry<P> = this.#entries.get(id) ?? { projection: this.#create(plan), bytes: 0 }
    if (this.#tooLarge.get(id)) entry.failure = tooLarge()
    this.#entries.delete(id)
    this.#entries.set(id, entry)
    return entry
  }

  /** Reads all journals with the same statements, until each projection includes its last event. */
  async #update(entries: readonly (readonly [string, Entry<P>])[]): Promise<void> {
    const slices = new Slices()
    for (let behind = entries.filter(([, { failure }]) => !failure); behind.length > 0;) {
      const parts = await readParts(
        this.#pool,
        behind.map(([executionId, { projection }]) => ({ executionId, after: projection.seq })),
      )
      for (const [id, entry] of behind) {
        await this.#add(entry, parts.get(id)?.rows ?? [], slices)
        this.#limit(id, entry)
      }
      behind = behind.filter(([id, { failure }]) => !failure && parts.get(id)?.hasMore === true)
    }
  }

  async #add(entry: Entry<P>, rows: JournalPart['rows'], slices: Slices): Promise<void> {
    const { projection } = entry
    try {
      for (const row of rows)
        for (const event of decodeRowByEvent(row)) {
          if (event.seq <= projection.seq) continue // rows overlap
          if (projection.needsValue(event)) await restoreBlobs(this.#pool, [event])
          projection.add(event)
          if (slices.isOver()) await slices.pause()
        }
    } catch (error) {
      if (!(error instanceof AshlarError)) throw error
      entry.failure = error
    }
  }

  /** Counts the memory of a projection that has grown. Abandons it if it needs too much. */
  #limit(id: string, entry: Entry<P>): void {
    if (!this.#count(id, entry)) return
    const { projectionBytes, totalBytes } = this.#limits
    if (entry.bytes > projectionBytes) {
      this.#tooLarge.set(id, true)
      entry.failure = tooLarge()
    } else {
      this.#free(totalBytes, ([, { updating }]) => !updating)
      if (this.#bytes > totalBytes) entry.failure = tooBusy()
    }
    if (entry.failure) this.#drop(id, entry)
  }

  #keep(id: string, entry: Entry<P>): void {
    if (this.#count(id, entry)) this.#free(this.#limits.projectionBytes, ([, { updating }]) => !updating)
  }

  /** @returns whether the cache still has the entry */
  #count(id: string, entry: Entry<P>): boolean {
    if (this.#entries.get(id) !== entry) return false
    this.#bytes += entry.projection.bytes - entry.bytes
    entry.bytes = entry.projection.bytes
    return true
  }

  /** Drops entries, the least recently used first, until the others use no more than this. */
  #free(maxBytes: number, mayDrop: (entry: [string, Entry<P>]) => boolean): void {
    for (const each of this.#entries) {
      if (this.#bytes <= maxBytes) return
      if (mayDrop(each)) this.#drop(...each)
    }
  }

  /** A caller that is using the projection keeps it. */
  #drop(id: string, entry: Entry<P>): void {
    if (this.#entries.get(id) !== entry) return
    this.#entries.delete(id)
    this.#bytes -= entry.bytes
  }
}

function tooLarge(): AshlarError {
  const message = 'the execution has too many node executions to list them: read its events instead'
  return new AshlarError('EXECUTION_TOO_LARGE', message)
}

function tooBusy(): AshlarError {
  const message = 'the server is reading other large executions at the moment: try again later'
  return new AshlarError('RATE_LIMITED', message)
}

function currentUpdates(entries: readonly (readonly [string, Entry<unknown>])[]): Promise<unknown>[] {
  return entries.flatMap(([, { updating }]) => updating ?? [])
}

interface Entry<P> {
  readonly projection: P
  /** The part of the total that it counts for. */
  bytes: number
  /** Why it cannot be used. The entry is then dropped. */
  failure?: AshlarError
  /** Ends when its current update ends, successfully or not. */
  updating?: Promise<unknown> | undefined
}
