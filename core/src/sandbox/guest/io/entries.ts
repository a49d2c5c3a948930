import { markEntered } from './outbox.ts'

/** The host's entries into this guest that have not returned. */
const entries = new Set<Entry>()
/** The results of entries that the host has not acknowledged. */
const answers = new Map<number, string>()

/** The time for which one entry starts calls. It then returns with the gathered events, and the host enters again. */
const SLICE_MS = 10
const { now } = Date
let sliceEnd = 0

/** Marks the start of code in this guest. */
export function startSlice(): void {
  markEntered()
  sliceEnd = now() + SLICE_MS
}

export function isSliceOver(): boolean {
  return now() >= sliceEnd
}

/**
 * An entry of the host into this guest. It returns when its calls have ended, or as soon as running code waits for the
 * host.
 */
export class Entry {
  readonly left: Promise<void>
  readonly #id: number
  readonly #leave: () => void
  #calls = 0
  #isLost = false

  /** @param id the id that the host assigned */
  constructor(id: number) {
    this.#id = id
    const { promise, resolve } = Promise.withResolvers<void>()
    this.left = promise
    this.#leave = resolve
    entries.add(this)
  }

  get isIdle(): boolean {
    return this.#calls === 0
  }

  callStarted(): void {
    this.#calls++
  }

  callEnded(): void {
    if (--this.#calls <= 0) this.leave()
  }

  leave(): void {
    if (entries.delete(this)) this.#leave()
  }

  /** Whether the entry failed at the host, which therefore does not receive its result. */
  get isLost(): boolean {
    return this.#isLost
  }

  answer(text: string): string {
    answers.set(this.#id, text)
    return text
  }

  /** Marks an entry as lost. @returns the result that the host did not receive; undefined if the entry had none yet */
  static takeLostAnswer(id: number): string | undefined {
    for (const entry of entries)
      if (entry.#id === id) {
        entry.#isLost = true
        entry.leave()
        return undefined
      }
    const answer = answers.get(id)
    if (answer === undefined) throw new Error(`entry ${id} has no result`)
    return answer
  }
}

/** The host has received the results of all entries before this one. */
export function settle(beforeId: number): void {
  for (const id of answers.keys()) if (id < beforeId) answers.delete(id)
}

/** Makes every entry return with the gathered events. Called when running code starts to wait for the host. */
export function park(): void {
  for (const entry of entries) entry.leave()
}
