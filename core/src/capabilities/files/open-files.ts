import { AshlarError } from '../../base/index.ts'
import type { WorkspaceLimits } from '../../workspaces/index.ts'
import { OwnerCounts } from '../owner-counts.ts'

/** What a run has open: something to read or to write. */
interface OpenFile {
  release(): Promise<void>
}

/** The files that all runs in this worker have open: they cost it a descriptor each. */
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

  /** Nobody waits for these to close but the end of the worker. */
  closeSoon(files: Iterable<OpenFile>): void {
    for (const file of files) {
      const closing: Promise<void> = file.release().then(
        () => void this.#closing.delete(closing),
        () => void this.#closing.delete(closing), // what it leaves is swept
      )
      this.#closing.add(closing)
    }
  }

  async closed(): Promise<void> {
    await Promise.all(this.#closing)
  }
}
