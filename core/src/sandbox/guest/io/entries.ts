import { markEntered } from './outbox.ts'

/** The host's entries into this guest that have not returned yet. */
const entries = new Set<Entry>()
/** What entries have answered that the host has not settled yet. */
const answers = new Map<number, string>()

/** How long one entry goes on to start calls: then it returns with what has gathered, and the host enters again. */
const SLICE_MS = 10
const { now } = Date
let sliceEnd = 0

/** Code begins to run in this guest. */
export function startSlice(): void {
  markEntered()
  sliceEnd = now() + SLICE_MS
}

export function isSliceOver(): boolean {
  return now() >= sliceEnd
}

/** One entry of the host. It returns when the calls it has begun have ended, or as soon as running code waits for the host. */
export class Entry {
  readonly left: Promise<void>
  readonly #id: number
  readonly #leave: () => void
  #calls = 0
  #isLost = false

  /** @param id given by the host */
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

  begin(): void {
    this.#calls++
  }

  end(): void {
    if (--this.#calls <= 0) this.leave()
  }

  leave(): void {
    if (entries.delete(this)) this.#leave()
  }

  /** The host does not get its answer: nothing is to be put into it. */
  get isLost(): boolean {
    return this.#isLost
  }

  answer(text: string): string {
    answers.set(this.#id, text)
    return text
  }

  /** @returns the answer that the host has not got; undefined when there is none yet, and then there will be none */
  static lose(id: number): string | undefined {
    for (const entry of entries)
      if (entry.#id === id) {
        entry.#isLost = true
        entry.leave()
        return undefined
      }
    const answer = answers.get(id)
    if (answer === undefined) throw new Error('the answer is no longer known')
    return answer
  }
}

/** The host has the answers of all entries before this one. */
export function settle(beforeId: number): void {
  for (const id of answers.keys()) if (id < beforeId) answers.delete(id)
}

/** Called when running code begins to wait for the host: every entry returns with what has gathered. */
export function park(): void {
  for (const entry of entries) entry.leave()
}
