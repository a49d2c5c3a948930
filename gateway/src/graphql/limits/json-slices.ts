import { JsonText } from '@ashlar/core'
import { setImmediate as nextTurn } from 'node:timers/promises'

/** The size of a value that is converted at once: characters of its strings, and 10 for any other value. */
const SLICE = 128 * 1024
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
    if (performance.now() - turn > TURN_MS) {
      await nextTurn()
      turn = performance.now()
    }
    if (part instanceof JsonText) parts.push(part.text)
    else if (!isContainer(part) || !isLarge(part)) parts.push(JSON.stringify(part) ?? 'null')
    else if (Array.isArray(part)) await writeList(part)
    else await writeObject(part as Record<string, unknown>)
  }

  async function writeList(list: readonly unknown[]): Promise<void> {
    for (const [index, item] of list.entries()) {
      parts.push(index === 0 ? '[' : ',')
      await write(item)
    }
    parts.push(list.length === 0 ? '[]' : ']')
  }

  async function writeObject(object: Record<string, unknown>): Promise<void> {
    let separator = '{'
    for (const key of Object.keys(object)) {
      const each = object[key]
      if (!hasJson(each)) continue
      parts.push(separator, JSON.stringify(key), ':')
      separator = ','
      await write(each)
    }
    parts.push(separator === '{' ? '{}' : '}')
  }
}

/** `JSON.stringify` omits other members of objects. */
function hasJson(value: unknown): boolean {
  return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol'
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !('toJSON' in value)
}

/** Subtracts the size of a value. Ends as soon as the result is negative. */
function remainder(value: unknown, size: number): number {
  if (typeof value === 'string') return size - value.length - VALUE_SIZE
  let left = size - VALUE_SIZE
  if (typeof value !== 'object' || value === null) return left
  if (value instanceof JsonText) return left - value.text.length
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && left >= 0; i++) left = remainder(value[i], left)
    return left
  }
  for (const key in value) {
    left = remainder((value as Record<string, unknown>)[key], left - key.length)
    if (left < 0) return left
  }
  return left
}
