import { isEqual } from '@ashlar/sdk'
import { createPatch, type Operation, type Pointer } from 'rfc6902'

/** Returns the operations of JSON Patch that turn one value into the other. */
export function listOperations(before: unknown, after: unknown): Operation[] {
  return createPatch(before, after, diffLong)
}

/** For the fewest operations, the library needs time and memory for the product of the lengths of two lists. */
const MAX_PRODUCT = 40_000

/** Compares long lists by position, without their equal start and end. @returns undefined for all other values */
function diffLong(before: unknown, after: unknown, place: Pointer): Operation[] | undefined {
  if (!Array.isArray(before) || !Array.isArray(after) || before.length * after.length <= MAX_PRODUCT) return undefined
  const [old, now] = [before as unknown[], after as unknown[]]
  const shorter = Math.min(old.length, now.length)
  let start = 0
  while (start < shorter && isEqual(old[start], now[start])) start++
  let end = 0
  while (end < shorter - start && isEqual(old[old.length - 1 - end], now[now.length - 1 - end])) end++
  const [oldEnd, nowEnd, path] = [old.length - end, now.length - end, place.toString()]
  const operations: Operation[] = []
  for (let i = start; i < Math.min(oldEnd, nowEnd); i++)
    for (const each of listOperations(old[i], now[i])) operations.push({ ...each, path: `${path}/${i}${each.path}` })
  for (let i = oldEnd - 1; i >= nowEnd; i--) operations.push({ op: 'remove', path: `${path}/${i}` })
  for (let i = oldEnd; i < nowEnd; i++) operations.push({ op: 'add', path: `${path}/${i}`, value: now[i] })
  return operations
}
