/**
 * Which blocks share the values: those of one graph (`graph`), of all graphs of the user (`user`), or all blocks of
 * this plugin that run for the user (`plugin`), in any graph or without one.
 */
export type StorageScope = 'graph' | 'user' | 'plugin'

/**
 * A key-value store. A key has at most 200 characters, a value at most 64 KiB as JSON. A scope holds at most 10 000
 * keys and 64 MiB; a value and its key count as whole KiB. Each call is one transaction. A call that exceeds a limit
 * rejects with OUTPUT_LIMIT.
 */
export interface Storage {
  /** @returns null when the key does not exist */
  get(scope: StorageScope, key: string): Promise<unknown>
  set(scope: StorageScope, key: string, value: unknown): Promise<void>
  /**
   * Sets the value if the current value equals `expected` (null: the key does not exist).
   *
   * @returns whether the value was set
   */
  compareAndSet(scope: StorageScope, key: string, expected: unknown, value: unknown): Promise<boolean>
  delete(scope: StorageScope, key: string): Promise<void>
  /** Lists at most `first` keys in code point order. To read the next page, pass the last key as `after`. */
  list(scope: StorageScope, page?: StoragePage): Promise<string[]>
}

/**
 * The keys to list: at most `first` (@default 1000, at most 1000) of those that start with `prefix` (@default all) and
 * follow `after`.
 */
export interface StoragePage {
  readonly prefix?: string
  readonly after?: string
  readonly first?: number
}
