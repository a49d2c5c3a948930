/** Who wants to hear of new events of which execution. */
export class News {
  readonly #listeners = new Map<string, () => void>()

  add(executionId: string, heard: () => void): () => void {
    this.#listeners.set(executionId, heard)
    return () => {
      if (this.#listeners.get(executionId) === heard) this.#listeners.delete(executionId)
    }
  }

  /** @param message ids joined by commas; empty when some may have been missed */
  tell(message: string): void {
    if (this.#listeners.size === 0) return
    const ids = message === '' ? [...this.#listeners.keys()] : message.split(',')
    for (const id of ids) this.#listeners.get(id)?.()
  }
}
