/** Returns a number from 0 to 1, without 1. */
export type Random = () => number

/** The same seed returns the same numbers. Source: mulberry32, Tommy Ettinger, public domain. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A seed that depends on all characters of a text. Source: FNV-1a. */
export function toSeed(text: string): number {
  let hash = 0x811c9dc5
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  return hash
}

/** Draws `count` different items, in random order. */
export function draw<T>(items: readonly T[], count: number, random: Random): T[] {
  const rest = [...items]
  return Array.from({ length: Math.min(count, rest.length) }, (_, i) => {
    const at = i + Math.floor(random() * (rest.length - i))
    const [taken, moved] = [rest[at], rest[i]]
    rest[at] = moved as T
    return taken as T
  })
}
