import { AshlarError } from '../../errors/index.ts'
import type { WorkspaceLimits } from '../../workspaces/index.ts'

/** What a run has open: something to read or to write. */
export interface OpenFile {
  release(): Promise<void>
}

/** The files that all runs in this worker have open: they cost it a descriptor each. */
export class OpenFiles {
  readonly #limits: WorkspaceLimits
  readonly #counts = new Map<string, number>()
  readonly #closing = new Set<Promise<void>>()

  constructor(limits: WorkspaceLimits) {
    this.#limits = limits
  }

  /** @throws {AshlarError} FILE_LIMIT */
  add(ownerId: string): void {
    const count = this.#counts.get(ownerId) ?? 0
    const { maxOpenOfOwner } = this.#limits
    if (count >= maxOpenOfOwner)
      throw new AshlarError('FILE_LIMIT', `files: the blocks of one user may have ${maxOpenOfOwner} files open at a time`)
    this.#counts.set(ownerId, count + 1)
  }

  remove(ownerId: string): void {
    const count = (this.#counts.get(ownerId) ?? 0) - 1
    if (count > 0) this.#counts.set(ownerId, count)
    else this.#counts.delete(ownerId)
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
