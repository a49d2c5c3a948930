import { distance } from 'fastest-levenshtein'

/** The time of the distance grows with the product of the lengths. */
const MAX_LENGTH = 20_000

/** Returns how similar two texts are, from 0 to 1: 1 - distance / length of the longer text. */
export function computeSimilarity(a: string, b: string): { distance: number; similarity: number } {
  const [left, right] = HAS_PAIR.test(a + b) ? toUnits(a, b) : [a, b]
  const length = Math.max(left.length, right.length)
  const steps = distance(left, right)
  return { distance: steps, similarity: length === 0 ? 1 : 1 - steps / length }
}

const HAS_PAIR = /[\ud800-\udfff]/

/** The library compares code units. Returns texts that have one unit for each character. */
function toUnits(...texts: [string, string]): [string, string] {
  const units = new Map<string, string>()
  const write = (text: string): string =>
    Array.from(text, (character) => {
      const unit = units.get(character) ?? String.fromCharCode(units.size)
      units.set(character, unit)
      return unit
    }).join('')
  return [write(texts[0]), write(texts[1])]
}

/** Makes texts comparable: lower case, one space between words. */
export function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim()
}

/** @throws {Error} when the text is too long to compare */
export function checkLength(pin: string, text: string): void {
  if (text.length > MAX_LENGTH) throw new Error(`${pin} must have at most ${MAX_LENGTH} characters, got ${text.length}`)
}
