/** The host's entries into this guest that have not returned yet. */
const entries = new Set<Entry>()

/** How long one entry goes on to start calls: then it returns with what has gathered, and the host enters again. */
const SLICE_MS = 10
const { now } = Date
let sliceEnd = 0

/** Code begins to run in this guest. */
export function startSlice(): void {
  sliceEnd = now() + SLICE_MS
}

export function isSliceOver(): boolean {
  return now() >= sliceEnd
}

/** One entry of the host. It returns when the calls it has begun have ended, or as soon as running code waits for the host. */
export class Entry {
  readonly left: Promise<void>
  readonly #leave: () => void
  #calls = 0

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.left = promise
    this.#leave = resolve
    entries.add(this)
  }

  get isIdle(): boolean {
    return this.#calls === 0
  }

  begin(): void {
    this.#calls++
  }

  end(): void {
    if (--this.#calls <= 0) this.leave()
  }

  leave(): void {
    if (entries.delete(this)) this.#leave()
  }
}

/** Called when running code begins to wait for the host: every entry returns with what has gathered. */
export function park(): void {
  for (const entry of entries) entry.leave()
}
