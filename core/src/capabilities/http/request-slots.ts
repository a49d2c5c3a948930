import { AshlarError } from '../../base/index.ts'
import { OwnerCounts } from '../capability/index.ts'
import type { HttpLimits } from './message/index.ts'

/** What one open request uses of its owner's limits. */
export interface RequestSlot {
  /** Whether the body of the request is buffered as a whole. */
  isBuffered: boolean
  release(): void
}

/** Limits the open requests of all runs in this worker. Each uses a file descriptor, and memory for its body. */
export class RequestSlots {
  readonly #limits: HttpLimits
  readonly #requests: OwnerCounts
  readonly #bufferedBytes: OwnerCounts

  constructor(limits: HttpLimits) {
    this.#limits = limits
    this.#requests = new OwnerCounts(limits.maxOpenOfOwner)
    this.#bufferedBytes = new OwnerCounts(limits.maxBufferedBytesOfOwner)
  }

  /** @param bytes the length of the body, null if it is unknown @throws {AshlarError} HTTP_LIMIT */
  take(ownerId: string, bytes: number | null): RequestSlot {
    const { maxOpenOfOwner, maxBufferedBytes } = this.#limits
    if (!this.#requests.add(ownerId))
      throw new AshlarError('HTTP_LIMIT', `http: the blocks of one user may have ${maxOpenOfOwner} requests open at a time`)
    const isBuffered = bytes !== null && bytes <= maxBufferedBytes && this.#bufferedBytes.add(ownerId, bytes)
    return {
      isBuffered,
      release: () => {
        this.#requests.remove(ownerId)
        if (isBuffered) this.#bufferedBytes.remove(ownerId, bytes)
      },
    }
  }
}
