/** The keys and indexes from a value to one of its parts. */
type JsonPath = readonly (string | number)[]

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

/** Returns the path of the first part, depth first, for which the predicate returns true. */
export function findPath(value: unknown, isWanted: (part: unknown) => boolean): JsonPath | undefined {
  const path: (string | number)[] = []
  return leadTo(value, isWanted, path) ? path : undefined
}

/** @param path receives the steps to the part. All calls share the list, because copies would take quadratic time. */
function leadTo(value: unknown, isWanted: (part: unknown) => boolean, path: (string | number)[]): boolean {
  if (isWanted(value)) return true
  if (typeof value !== 'object' || value === null) return false
  for (const [step, part] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
    path.push(step)
    if (leadTo(part, isWanted, path)) return true
    path.pop()
  }
  return false
}
