/** Returns bytes from the operating system. */
export function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length))
}

/** Returns an unbiased random whole number from 0 to `below` - 1. @param below at most 2 ** 32 */
export function randomBelow(below: number): number {
  const end = 2 ** 32 - (2 ** 32 % below)
  for (;;) {
    const [value = 0] = crypto.getRandomValues(new Uint32Array(1))
    if (value < end) return value % below
  }
}
