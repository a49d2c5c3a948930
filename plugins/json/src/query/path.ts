/** The steps of a path such as `a.b[0]["c d"]`, or of a JSON pointer (RFC 6901) such as `/a/b/0`. */
export function parsePath(path: string): string[] {
  if (path === '' || path === '$') return []
  if (path.startsWith('/'))
    return path
      .slice(1)
      .split('/')
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  const steps: string[] = []
  const part = /\.?([^.[\]"']+)|\[(?:(-?\d+)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\]/y
  const text = /^\$[.[]/.test(path) ? path.slice(1) : path
  while (part.lastIndex < text.length) {
    const at = part.lastIndex
    const found = part.exec(text)
    if (!found)
      throw new Error(
        `path must be like a.b[0] or /a/b/0, but ${JSON.stringify(path)} is not clear from ${JSON.stringify(text.slice(at))}`,
      )
    const [, name, index, quoted, single] = found
    steps.push(name ?? index ?? (quoted ?? single ?? '').replaceAll(/\\(.)/g, '$1'))
  }
  return steps
}

/** Returns the value at a path, or undefined if there is none. A negative index counts from the end of a list. */
export function readPath(data: unknown, steps: readonly string[]): { value: unknown } | undefined {
  let value = data
  for (const step of steps) {
    if (Array.isArray(value)) {
      const items = value as unknown[]
      if (!/^-?\d+$/.test(step)) return undefined
      const place = Number(step) < 0 ? items.length + Number(step) : Number(step)
      if (place < 0 || place >= items.length) return undefined
      value = items[place]
    } else {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
      value = (value as Record<string, unknown>)[step]
    }
  }
  return { value }
}
