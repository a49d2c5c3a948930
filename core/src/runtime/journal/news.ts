/** Notifies listeners of new events, by execution. */
export class News {
  readonly #listeners = new Map<string, Set<() => void>>()

  /** @returns a function that removes the listener */
  add(executionId: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(executionId) ?? new Set()
    this.#listeners.set(executionId, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#listeners.get(executionId) === listeners) this.#listeners.delete(executionId)
    }
  }

  /** @param message ids separated by commas; empty when notifications may have been missed */
  notify(message: string): void {
    if (this.#listeners.size === 0) return
    const ids = message === '' ? [...this.#listeners.keys()] : message.split(',')
    for (const id of ids) for (const listener of this.#listeners.get(id) ?? []) listener()
  }
}
