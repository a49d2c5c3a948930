import { decodeDelta, executionOf, type OutputDelta } from './delta.ts'

/** Passes pieces of texts to the subscribers of their executions. */
export class DeltaNews {
  readonly #listeners = new Map<string, Set<(delta: OutputDelta) => void>>()

  /** @returns a function that removes the listener */
  add(executionId: string, listener: (delta: OutputDelta) => void): () => void {
    const listeners = this.#listeners.get(executionId) ?? new Set()
    this.#listeners.set(executionId, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#listeners.get(executionId) === listeners) this.#listeners.delete(executionId)
    }
  }

  /** @param payload see `encodeDelta`; empty when notifications may have been missed */
  notify(payload: string): void {
    const listeners = this.#listeners.get(executionOf(payload))
    if (!listeners) return
    const delta = decodeDelta(payload)
    for (const listener of listeners) listener(delta)
  }
}
