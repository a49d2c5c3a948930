import { AshlarError } from '../base/index.ts'
import type { WorkspaceLimits } from './limits.ts'

/** The size of the contents of a workspace. */
export interface WorkspaceSize {
  bytes: number
  /** Files and folders. */
  entries: number
}

/** The workspace is measured again after this time, because other workers may have written to it. */
const MEASURE_AFTER_MS = 10_000

/**
 * The size of a workspace from the view of one worker: the measured size, its own changes since, and its unfinished
 * files. Several workers that write to the same workspace may together exceed the limits by the amount that they write
 * within 10 s.
 */
export class FolderUse {
  readonly #limits: WorkspaceLimits
  readonly #measure: () => Promise<WorkspaceSize>
  #measuring: Promise<void> | undefined
  #size: WorkspaceSize = { bytes: 0, entries: 0 }
  #measuredAt = -Infinity
  #pendingBytes = 0
  #pendingEntries = 0

  constructor(limits: WorkspaceLimits, measure: () => Promise<WorkspaceSize>) {
    this.#limits = limits
    this.#measure = measure
  }

  /** Whether no file is being written and the measured size is outdated. */
  get isIdle(): boolean {
    return this.#pendingEntries === 0 && this.#pendingBytes === 0 && performance.now() - this.#measuredAt > MEASURE_AFTER_MS
  }

  /** Reserves a file and its new folders. @throws {AshlarError} FILE_LIMIT */
  async reserve(entries: number): Promise<Reservation> {
    await this.#refresh()
    const { maxEntries } = this.#limits
    if (this.#size.entries + this.#pendingEntries + entries > maxEntries)
      throw new AshlarError('FILE_LIMIT', `files: an execution may have at most ${maxEntries} files and folders`)
    this.#pendingEntries += entries
    let bytes = 0
    let isReleased = false
    return {
      take: (more) => {
        if (bytes + more > this.#limits.maxFileBytes)
          throw new AshlarError('FILE_LIMIT', `files: a file may have at most ${this.#limits.maxFileBytes} bytes`)
        if (this.#size.bytes + this.#pendingBytes + more > this.#limits.maxWorkspaceBytes)
          throw new AshlarError(
            'FILE_LIMIT',
            `files: the files of an execution may have at most ${this.#limits.maxWorkspaceBytes} bytes in total`,
          )
        bytes += more
        this.#pendingBytes += more
      },
      release: () => {
        if (isReleased) return
        isReleased = true
        this.#pendingEntries -= entries
        this.#pendingBytes -= bytes
      },
    }
  }

  /** Records a change of the contents. */
  change({ bytes, entries }: WorkspaceSize): void {
    this.#size.bytes += bytes
    this.#size.entries += entries
  }

  async #refresh(): Promise<void> {
    if (performance.now() - this.#measuredAt < MEASURE_AFTER_MS) return
    this.#measuring ??= this.#measureNow().finally(() => (this.#measuring = undefined))
    await this.#measuring
  }

  async #measureNow(): Promise<void> {
    this.#size = await this.#measure()
    this.#measuredAt = performance.now()
  }
}

/** The reservation of one unfinished file. */
export interface Reservation {
  /** Reserves further bytes, before they are written. @throws {AshlarError} FILE_LIMIT */
  take(bytes: number): void
  /** Idempotent. */
  release(): void
}
