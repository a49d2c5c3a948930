/** A text that is the same for two JSON values exactly when they are equal: by content, whatever the order of their keys. */
export function itemKey(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(itemKey).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}:${itemKey(member)}`)
  return `{${entries.toSorted().join(',')}}`
}
