import { AshlarError } from '../../errors/index.ts'
import { OwnerCounts } from '../owner-counts.ts'
import type { HttpLimits } from './limits.ts'

/** What one open request takes of what its owner has. */
export interface RequestPlace {
  /** Its body is kept whole. */
  isKept: boolean
  release(): void
}

/** What the open requests of all runs in this worker take: they cost it a descriptor each, and the memory of their bodies. */
export class RequestPlaces {
  readonly #limits: HttpLimits
  readonly #requests: OwnerCounts
  readonly #keptBytes: OwnerCounts

  constructor(limits: HttpLimits) {
    this.#limits = limits
    this.#requests = new OwnerCounts(limits.maxOpenOfOwner)
    this.#keptBytes = new OwnerCounts(limits.maxKeptBytesOfOwner)
  }

  /** @param bytes of its body, null where that is not known @throws {AshlarError} HTTP_LIMIT */
  take(ownerId: string, bytes: number | null): RequestPlace {
    const { maxOpenOfOwner, maxRepeatedBytes } = this.#limits
    if (!this.#requests.add(ownerId))
      throw new AshlarError('HTTP_LIMIT', `http: the blocks of one user may have ${maxOpenOfOwner} requests open at a time`)
    const isKept = bytes !== null && bytes <= maxRepeatedBytes && this.#keptBytes.add(ownerId, bytes)
    return {
      isKept,
      release: () => {
        this.#requests.remove(ownerId)
        if (isKept) this.#keptBytes.remove(ownerId, bytes)
      },
    }
  }
}
