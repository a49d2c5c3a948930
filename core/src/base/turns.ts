const SLICE_MS = 10

/**
 * Lets many parts of one piece of work take turns, so that together they do not block the event loop. Parts run
 * immediately until they have used 10 ms of a turn of the event loop. The others wait, and continue in their order.
 */
export class Turns {
  /** The end of the slice in this turn of the event loop; undefined if no part has run in it. */
  #endsAt: number | undefined
  #last: Promise<void> | undefined

  /** @returns undefined if the caller can continue, without an `await` before its work; see {@link run} */
  wait(): Promise<void> | undefined {
    if (!this.#last && !this.#isOver()) return undefined
    const turn = (this.#last ?? Promise.resolve()).then(() => this.#pause())
    const end = turn.then(afterMicrotasks)
    this.#last = end
    void end.then(() => {
      if (this.#last === end) this.#last = undefined
    })
    return turn
  }

  /** Runs a part in its turn. Nothing happens between the check and the work, so other parts see that it has run. */
  async run<T>(part: () => T): Promise<Awaited<T>> {
    const turn = this.wait()
    if (turn) await turn
    return await part()
  }

  #isOver(): boolean {
    if (this.#endsAt !== undefined) return performance.now() > this.#endsAt
    this.#endsAt = performance.now() + SLICE_MS
    setImmediate(() => (this.#endsAt = undefined))
    return false
  }

  async #pause(): Promise<void> {
    while (this.#isOver()) await new Promise((resolve) => setImmediate(resolve))
  }
}

/** The part whose turn it is continues in microtasks. */
function afterMicrotasks(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve))
}
