/** What blocks may store. */
export interface StorageLimits {
  /** UTF-16 code units. */
  maxKeyLength: number
  /** Of one value as JSON. */
  maxValueBytes: number
  /** Of one place. */
  maxKeys: number
  /** Of one place, keys and values together; each of them counts as whole KiB. */
  maxKib: number
  /** Keys that one call lists. */
  maxListed: number
}

export const DEFAULT_STORAGE_LIMITS: StorageLimits = {
  maxKeyLength: 200,
  maxValueBytes: 64 * 1024,
  maxKeys: 10_000,
  maxKib: 64 * 1024,
  maxListed: 1000,
}
