/** Compares two texts in a time that does not depend on where they differ. */
export function isSameText(a: string, b: string): boolean {
  const [left, right] = [new TextEncoder().encode(a), new TextEncoder().encode(b)]
  let difference = left.length ^ right.length
  for (const [i, byte] of left.entries()) difference |= byte ^ (right[i % right.length] ?? 0)
  return difference === 0
}
