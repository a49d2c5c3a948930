import { Slices } from './slices.ts'

/**
 * Lets many parts of one piece of work take turns, so that together they do not block the event loop. Waiting parts
 * continue in their order: after a turn of the event loop when the current slice is over, otherwise one after another.
 */
export class Turns {
  readonly #slices = new Slices()
  #last: Promise<void> | undefined

  /** @returns undefined if the caller can continue immediately */
  wait(): Promise<void> | undefined {
    if (!this.#last && !this.#slices.isOver()) return undefined
    const turn = (this.#last ?? Promise.resolve()).then(() => this.#slices.pause())
    const end = turn.then(afterMicrotasks)
    this.#last = end
    void end.then(() => {
      if (this.#last === end) this.#last = undefined
    })
    return turn
  }
}

/** The part whose turn it is continues in microtasks. */
function afterMicrotasks(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve))
}
