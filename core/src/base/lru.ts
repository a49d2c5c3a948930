/** A map of limited size. When it exceeds the limit, it removes the least recently used entries. */
export class Lru<Key, Value extends NonNullable<unknown>> {
  readonly #maxSize: number
  readonly #sizeOf: (key: Key, value: Value) => number
  /** The most recently used entry is the last one. */
  readonly #entries = new Map<Key, { value: Value; size: number }>()
  #size = 0

  /** @param sizeOf the size of an entry. It must not change. @default 1 for each entry */
  constructor(maxSize: number, sizeOf: (key: Key, value: Value) => number = () => 1) {
    this.#maxSize = maxSize
    this.#sizeOf = sizeOf
  }

  get(key: Key): Value | undefined {
    const entry = this.#entries.get(key)
    if (!entry) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry.value
  }

  /** Stores nothing if the entry alone exceeds the limit. */
  set(key: Key, value: Value): void {
    this.delete(key)
    const size = this.#sizeOf(key, value)
    if (size > this.#maxSize) return
    this.#entries.set(key, { value, size })
    this.#size += size
    for (const oldest of this.#entries.keys()) {
      if (this.#size <= this.#maxSize) return
      this.delete(oldest)
    }
  }

  delete(key: Key): void {
    const entry = this.#entries.get(key)
    if (!entry) return
    this.#entries.delete(key)
    this.#size -= entry.size
  }
}
