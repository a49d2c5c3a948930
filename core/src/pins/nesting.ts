/** A depth that databases and the JSON parsers of other languages can process. */
export const MAX_NESTING = 1000

/** Whether lists and objects are nested deeper than {@link MAX_NESTING}. */
export function isTooDeep(value: unknown): boolean {
  let level = isContainer(value) ? [value] : []
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= MAX_NESTING) return true
    const below: object[] = []
    for (const each of level)
      for (const inner of Array.isArray(each) ? (each as unknown[]) : Object.values(each))
        if (isContainer(inner)) below.push(inner)
    level = below
  }
  return false
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
