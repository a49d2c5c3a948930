/** The keys and indexes from a value to one of its parts. */
export type JsonPath = readonly (string | number)[]

/** Formats a path for messages: `rows[3].price`, or "the value" for the value itself. */
export function showPath(path: JsonPath): string {
  const text = path
    .map((step) => {
      if (typeof step === 'number') return `[${step}]`
      return /^[A-Za-z_$][\w$]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`
    })
    .join('')
  return text === '' ? 'the value' : text.replace(/^\./, '')
}

/** Finds the first part, depth first, for which the predicate returns true, and returns its path. */
export function findPath(value: unknown, isWanted: (part: unknown) => boolean, path: JsonPath = []): JsonPath | undefined {
  if (isWanted(value)) return path
  if (typeof value !== 'object' || value === null) return undefined
  for (const [step, part] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
    const found = findPath(part, isWanted, [...path, step])
    if (found) return found
  }
  return undefined
}
