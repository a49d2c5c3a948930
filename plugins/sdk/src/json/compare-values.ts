import { canonicalJson } from './canonical-json.ts'
import { compareNumbers, type JsonNumber } from './exact-number.ts'

/**
 * Orders any two JSON values: numbers by size, exactly, then texts by code point, then false and true, then lists and
 * dictionaries by their canonical JSON. Null comes last. Values are neither before nor after each other when they are equal.
 *
 * @returns less than 0 when `a` comes before `b`, 0 when neither does, more than 0 otherwise
 */
export function compareValues(a: unknown, b: unknown): number {
  const [rankA, rankB] = [rankOf(a), rankOf(b)]
  if (rankA !== rankB) return rankA - rankB
  if (rankA === RANKS.number) return compareNumbers(a as JsonNumber, b as JsonNumber)
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b)
  return a === b ? 0 : compareTexts(canonicalJson(a), canonicalJson(b))
}

const RANKS = { number: 0, bigint: 0, string: 1, boolean: 2, object: 3 } as const
const LAST = 4

function rankOf(value: unknown): number {
  if (value === null || value === undefined) return LAST
  const type = typeof value
  return Object.hasOwn(RANKS, type) ? RANKS[type as keyof typeof RANKS] : LAST
}

function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  let i = 0
  while (i < length && a.charCodeAt(i) === b.charCodeAt(i)) i++
  if (i === length) return a.length - b.length
  return orderOf(a.charCodeAt(i)) - orderOf(b.charCodeAt(i))
}

/** UTF-16 puts the halves of characters above U+FFFF, D800 to DFFF, before U+E000; by code point they come after it. */
function orderOf(codeUnit: number): number {
  return codeUnit >= 0xd800 && codeUnit < 0xe000 ? codeUnit + 0x10000 : codeUnit
}
