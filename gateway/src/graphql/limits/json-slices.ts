import { JsonText } from '@ashlar/core'
import { setImmediate as nextTurn } from 'node:timers/promises'

/** The size of a value that is converted at once: characters of its strings, and 10 for any other value. */
const SLICE = 512 * 1024
const VALUE_SIZE = 10
/** The time after which other work gets its turn. */
const TURN_MS = 10

/** Whether a value is so large that it is worth to convert it in slices. */
export function isLarge(value: unknown): boolean {
  return remainder(value, SLICE) < 0
}

/**
 * Converts a value to JSON like `JSON.stringify`, and lets the event loop continue between its parts. Only a single
 * string is never divided.
 *
 * @param value must have a JSON form
 */
export async function stringifyInSlices(value: unknown): Promise<string> {
  const parts: string[] = []
  let turn = performance.now()
  await write(value)
  return parts.join('')

  async function write(part: unknown): Promise<void> {
    if (part instanceof JsonText) parts.push(part.text)
    else if (!isContainer(part) || !isLarge(part)) {
      parts.push(JSON.stringify(part) ?? 'null')
      if (performance.now() - turn < TURN_MS) return
      await nextTurn()
      turn = performance.now()
    } else if (Array.isArray(part))
      await writeAll(
        '[',
        part.map((item: unknown) => ['', item] as const),
        ']',
      )
    else
      await writeAll(
        '{',
        Object.entries(part)
          .filter(hasJson)
          .map(([key, each]) => [`${JSON.stringify(key)}:`, each] as const),
        '}',
      )
  }

  async function writeAll(open: string, entries: readonly (readonly [string, unknown])[], close: string): Promise<void> {
    let separator = open
    for (const [key, each] of entries) {
      parts.push(separator, key)
      separator = ','
      await write(each)
    }
    parts.push(separator === open ? open + close : close)
  }
}

/** `JSON.stringify` omits other entries of objects. */
function hasJson([, value]: [string, unknown]): boolean {
  return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol'
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !('toJSON' in value)
}

/** Subtracts the size of a value. Ends as soon as the result is negative. */
function remainder(value: unknown, size: number): number {
  if (typeof value === 'string') return size - value.length - VALUE_SIZE
  if (value instanceof JsonText) return size - value.text.length
  let left = size - VALUE_SIZE
  if (!isContainer(value)) return left
  for (const key in value) {
    left = remainder((value as Record<string, unknown>)[key], left - key.length)
    if (left < 0) return left
  }
  return left
}
