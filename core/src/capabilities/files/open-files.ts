import { AshlarError } from '../../base/index.ts'
import type { WorkspaceLimits } from '../../workspaces/index.ts'
import { OwnerCounts } from '../capability/index.ts'

/** A file that a run has open for reading or writing. */
interface OpenFile {
  release(): Promise<void>
}

/** Limits the open files of all runs in this worker. Each uses a file descriptor. */
export class OpenFiles {
  readonly #limits: WorkspaceLimits
  readonly #counts: OwnerCounts
  readonly #closing = new Set<Promise<void>>()

  constructor(limits: WorkspaceLimits) {
    this.#limits = limits
    this.#counts = new OwnerCounts(limits.maxOpenOfOwner)
  }

  /** @throws {AshlarError} FILE_LIMIT */
  add(ownerId: string): void {
    const { maxOpenOfOwner } = this.#limits
    if (!this.#counts.add(ownerId))
      throw new AshlarError('FILE_LIMIT', `files: the blocks of one user may have ${maxOpenOfOwner} files open at a time`)
  }

  remove(ownerId: string): void {
    this.#counts.remove(ownerId)
  }

  /** Closes files in the background. Only {@link closed} waits for them. */
  closeSoon(files: Iterable<OpenFile>): void {
    for (const file of files) {
      const closing: Promise<void> = file.release().then(
        () => void this.#closing.delete(closing),
        () => void this.#closing.delete(closing), // the sweep removes incomplete files
      )
      this.#closing.add(closing)
    }
  }

  async closed(): Promise<void> {
    await Promise.all(this.#closing)
  }
}
