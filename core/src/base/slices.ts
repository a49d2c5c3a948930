const SLICE_MS = 10

/** Divides long work into slices, between which the event loop handles other work. */
export class Slices {
  #startedAt = performance.now()

  /** Returns immediately, or after one turn of the event loop if the current slice has lasted 10 ms. */
  async pause(): Promise<void> {
    if (!this.isOver()) return
    await new Promise((resolve) => setImmediate(resolve))
    this.#startedAt = performance.now()
  }

  /** Whether {@link pause} waits. A loop of many short steps checks this first, because `await` has a cost. */
  isOver(): boolean {
    return performance.now() - this.#startedAt > SLICE_MS
  }
}
