import { AshlarError } from '../errors/index.ts'
import type { WorkspaceLimits } from './limits.ts'

/** What a workspace holds. */
export interface Held {
  bytes: number
  /** Files and folders. */
  entries: number
}

/** How long what was measured is believed: what other workers have written meanwhile is not known. */
const MEASURED_FOR_MS = 10_000

/**
 * How much a workspace holds and is about to hold, as one worker knows it: what was found on the disk, changed by its own
 * writes, and what these have not finished. Several workers that write to the same workspace may pass the limits together by what
 * they write within 10 s.
 */
export class FolderUse {
  readonly #limits: WorkspaceLimits
  readonly #measure: () => Promise<Held>
  #measuring: Promise<void> | undefined
  #held: Held = { bytes: 0, entries: 0 }
  #measuredAt = -Infinity
  #pendingBytes = 0
  #pendingEntries = 0

  constructor(limits: WorkspaceLimits, measure: () => Promise<Held>) {
    this.#limits = limits
    this.#measure = measure
  }

  /** Nothing is being written, and what is known is old. */
  get isIdle(): boolean {
    return this.#pendingEntries === 0 && this.#pendingBytes === 0 && performance.now() - this.#measuredAt > MEASURED_FOR_MS
  }

  /** Makes room for a file and the folders it needs. @throws {AshlarError} FILE_LIMIT */
  async reserve(entries: number): Promise<Reservation> {
    await this.#refresh()
    const { maxEntries } = this.#limits
    if (this.#held.entries + this.#pendingEntries + entries > maxEntries)
      throw new AshlarError('FILE_LIMIT', `files: an execution may have at most ${maxEntries} files and folders`)
    this.#pendingEntries += entries
    let bytes = 0
    let isOver = false
    return {
      take: (more) => {
        if (bytes + more > this.#limits.maxFileBytes)
          throw new AshlarError('FILE_LIMIT', `files: a file may have at most ${this.#limits.maxFileBytes} bytes`)
        if (this.#held.bytes + this.#pendingBytes + more > this.#limits.maxWorkspaceBytes)
          throw new AshlarError(
            'FILE_LIMIT',
            `files: the files of an execution may have at most ${this.#limits.maxWorkspaceBytes} bytes in total`,
          )
        bytes += more
        this.#pendingBytes += more
      },
      release: () => {
        if (isOver) return
        isOver = true
        this.#pendingEntries -= entries
        this.#pendingBytes -= bytes
      },
    }
  }

  /** The disk has changed by this. */
  change({ bytes, entries }: Held): void {
    this.#held.bytes += bytes
    this.#held.entries += entries
  }

  async #refresh(): Promise<void> {
    if (performance.now() - this.#measuredAt < MEASURED_FOR_MS) return
    this.#measuring ??= this.#measureNow().finally(() => (this.#measuring = undefined))
    await this.#measuring
  }

  async #measureNow(): Promise<void> {
    this.#held = await this.#measure()
    this.#measuredAt = performance.now()
  }
}

/** Room for one file that is being written. */
export interface Reservation {
  /** Before so many bytes more are written. @throws {AshlarError} FILE_LIMIT */
  take(bytes: number): void
  /** Idempotent. */
  release(): void
}
