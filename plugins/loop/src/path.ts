import { z } from 'zod'

/** Keys and positions, separated by dots. */
export const pathPin = z.string().max(1000).default('')

/** Reads a part of a value: `items.0.name`. An empty path is the value itself. @returns null when there is none */
export function readPath(value: unknown, path: string): unknown {
  if (path === '') return value
  let current = value
  for (const step of path.split('.')) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, step)) return null
    current = (current as Record<string, unknown>)[step]
  }
  return current ?? null
}
