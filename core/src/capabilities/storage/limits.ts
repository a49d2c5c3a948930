/** Limits on the values of blocks. */
export interface StorageLimits {
  /** UTF-16 code units. */
  maxKeyLength: number
  /** One value as JSON. */
  maxValueBytes: number
  /** Keys in one place. */
  maxKeys: number
  /** Keys and values of one place together. Each entry counts as a whole number of KiB. */
  maxKib: number
  /** Keys that one call returns. */
  maxListed: number
}

export const DEFAULT_STORAGE_LIMITS: StorageLimits = {
  maxKeyLength: 200,
  maxValueBytes: 64 * 1024,
  maxKeys: 10_000,
  maxKib: 64 * 1024,
  maxListed: 1000,
}
