/** Whether two JSON values are the same: containers by content, dictionaries whatever the order of their keys. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const other = new Map(Object.entries(b))
  const entries = Object.entries(a)
  return entries.length === other.size && entries.every(([key, value]) => other.has(key) && isEqual(value, other.get(key)))
}
