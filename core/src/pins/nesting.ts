/** What a database and other languages' parsers take without harm. */
export const MAX_NESTING = 1000

/** Whether lists and objects lie deeper in each other than anybody needs. */
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
