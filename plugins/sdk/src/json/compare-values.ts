import { canonicalJson } from './canonical-json.ts'
import { compareNumbers, type JsonNumber } from './exact-number.ts'

/**
 * Compares two JSON values of any type, for sorting. The order is: numbers by their exact size, texts by code point,
 * false, true, lists and dictionaries by their canonical JSON, null.
 *
 * @returns a negative number if `a` comes before `b`, 0 if they are equal, a positive number otherwise
 */
export function compareValues(a: unknown, b: unknown): number {
  const [rankA, rankB] = [getRank(a), getRank(b)]
  if (rankA !== rankB) return rankA - rankB
  if (rankA === RANKS.number) return compareNumbers(a as JsonNumber, b as JsonNumber)
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b)
  return a === b ? 0 : compareTexts(canonicalJson(a), canonicalJson(b))
}

const RANKS = { number: 0, bigint: 0, string: 1, boolean: 2, object: 3 } as const
const LAST = 4

function getRank(value: unknown): number {
  if (value === null || value === undefined) return LAST
  const type = typeof value
  return Object.hasOwn(RANKS, type) ? RANKS[type as keyof typeof RANKS] : LAST
}

function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  let i = 0
  while (i < length && a.charCodeAt(i) === b.charCodeAt(i)) i++
  if (i === length) return a.length - b.length
  return codePointOrder(a.charCodeAt(i)) - codePointOrder(b.charCodeAt(i))
}

/**
 * In UTF-16, surrogates (U+D800 to U+DFFF) sort before U+E000. By code point, the characters that they encode sort
 * after it.
 */
function codePointOrder(codeUnit: number): number {
  return codeUnit >= 0xd800 && codeUnit < 0xe000 ? codeUnit + 0x10000 : codeUnit
}
