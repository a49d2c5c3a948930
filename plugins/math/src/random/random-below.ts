/** Returns an unbiased random whole number from 0 to `below` - 1. @param below at most 2 ** 53 */
export function randomBelow(below: number): number {
  const end = 2 ** 53 - (2 ** 53 % below)
  for (;;) {
    const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2))
    const value = (high & 0x1fffff) * 2 ** 32 + low
    if (value < end) return value % below
  }
}
