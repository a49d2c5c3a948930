/** Who wants to hear of new events of which execution. */
export class News {
  readonly #listeners = new Map<string, Set<() => void>>()

  /** @returns a function that ends it */
  add(executionId: string, heard: () => void): () => void {
    const listeners = this.#listeners.get(executionId) ?? new Set()
    this.#listeners.set(executionId, listeners.add(heard))
    return () => {
      listeners.delete(heard)
      if (listeners.size === 0 && this.#listeners.get(executionId) === listeners) this.#listeners.delete(executionId)
    }
  }

  /** @param message ids joined by commas; empty when some may have been missed */
  tell(message: string): void {
    if (this.#listeners.size === 0) return
    const ids = message === '' ? [...this.#listeners.keys()] : message.split(',')
    for (const id of ids) for (const heard of this.#listeners.get(id) ?? []) heard()
  }
}
