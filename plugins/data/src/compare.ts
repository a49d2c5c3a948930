/**
 * Orders any two JSON values: numbers by size, then texts by code point, then yes and no, then lists and dictionaries by
 * their JSON. Null comes last.
 *
 * @returns less than 0 when `a` comes before `b`, 0 when neither does, more than 0 otherwise
 */
export function compare(a: unknown, b: unknown): number {
  const [rankA, rankB] = [rankOf(a), rankOf(b)]
  if (rankA !== rankB) return rankA - rankB
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b)
  return a === b ? 0 : compareTexts(JSON.stringify(a), JSON.stringify(b))
}

function rankOf(value: unknown): number {
  if (value === null || value === undefined) return 4
  return { number: 0, string: 1, boolean: 2 }[typeof value as string] ?? 3
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
