import type pg from 'pg'
import { AshlarError, Slices } from '../../../base/index.ts'
import type { Plan } from '../../../engine/index.ts'
import { decodeRowByEvent, readParts, restoreBlobs, type JournalPart } from '../../../runtime/journal/index.ts'
import { Projection } from './projection.ts'

/** The memory that projections may use between requests, as an estimate. */
const MAX_BYTES = 128 * 1024 * 1024

/**
 * The projections of recently read executions.
 *
 * A projection is built once, and then only the events that were committed since are added. Each process has its own:
 * the journal is the only source, so several gateways agree without coordination. A table would need an additional
 * write for each event, which would slow down the journal writer.
 *
 * Building a projection of N events takes one pass over the journal, in slices of 10 ms. The projection holds no
 * values, so it needs memory for the number of node executions, not for the size of their values.
 */
export class ProjectionCache {
  readonly #pool: pg.Pool
  readonly #maxBytes: number
  /** The most recently used one is the last one. */
  readonly #entries = new Map<string, Entry>()
  #bytes = 0

  constructor(pool: pg.Pool, maxBytes = MAX_BYTES) {
    this.#pool = pool
    this.#maxBytes = maxBytes
  }

  /**
   * Returns the current projections of executions.
   *
   * @param plans by the id of the execution
   * @returns JOURNAL_UNREADABLE for an execution whose journal cannot be read
   */
  async load(plans: ReadonlyMap<string, Plan>): Promise<Map<string, Projection | AshlarError>> {
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

  #open(id: string, plan: Plan): Entry {
    const entry = this.#entries.get(id) ?? { projection: new Projection(plan), bytes: 0 }
    this.#entries.delete(id)
    this.#entries.set(id, entry)
    return entry
  }

  /** Reads all journals with the same statements, until each projection includes its last event. */
  async #update(entries: readonly (readonly [string, Entry])[]): Promise<void> {
    const slices = new Slices()
    for (let behind = [...entries]; behind.length > 0;) {
      const parts = await readParts(
        this.#pool,
        behind.map(([executionId, { projection }]) => ({ executionId, after: projection.seq })),
      )
      for (const [id, entry] of behind) await this.#add(entry, parts.get(id)?.rows ?? [], slices)
      behind = behind.filter(([id, { failure }]) => !failure && parts.get(id)?.hasMore === true)
    }
  }

  async #add(entry: Entry, rows: JournalPart['rows'], slices: Slices): Promise<void> {
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

  #keep(id: string, entry: Entry): void {
    if (this.#entries.get(id) !== entry) return
    const { bytes } = entry.projection
    this.#bytes += bytes - entry.bytes
    entry.bytes = bytes
    if (bytes > this.#maxBytes) this.#drop(id, entry)
    for (const [oldId, old] of this.#entries) {
      if (this.#bytes <= this.#maxBytes) return
      this.#drop(oldId, old)
    }
  }

  /** A caller that is using the projection keeps it. */
  #drop(id: string, entry: Entry): void {
    if (this.#entries.get(id) !== entry) return
    this.#entries.delete(id)
    this.#bytes -= entry.bytes
  }
}

function currentUpdates(entries: readonly (readonly [string, Entry])[]): Promise<unknown>[] {
  return entries.flatMap(([, { updating }]) => updating ?? [])
}

interface Entry {
  readonly projection: Projection
  /** The part of the total that it counts for. */
  bytes: number
  /** Why its journal cannot be read. The entry is then dropped. */
  failure?: AshlarError
  /** Ends when its current update ends, successfully or not. */
  updating?: Promise<unknown> | undefined
}
