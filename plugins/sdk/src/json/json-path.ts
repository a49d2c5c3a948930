/** Keys and positions that lead from a value to a part of it. */
export type JsonPath = readonly (string | number)[]

/** A path for people: `rows[3].price`, or "the value" for the value itself. */
export function showPath(path: JsonPath): string {
  const text = path
    .map((step) => {
      if (typeof step === 'number') return `[${step}]`
      return /^[A-Za-z_$][\w$]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`
    })
    .join('')
  return text === '' ? 'the value' : text.replace(/^\./, '')
}

/** The path of the first part that the predicate holds for, depth first. */
export function findPath(value: unknown, isWanted: (part: unknown) => boolean, path: JsonPath = []): JsonPath | undefined {
  if (isWanted(value)) return path
  if (typeof value !== 'object' || value === null) return undefined
  for (const [step, part] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
    const found = findPath(part, isWanted, [...path, step])
    if (found) return found
  }
  return undefined
}
