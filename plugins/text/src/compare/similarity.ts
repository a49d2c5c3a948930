import { distance } from 'fastest-levenshtein'

/** The time of the distance grows with the product of the lengths. */
export const MAX_LENGTH = 20_000

/** Returns how similar two texts are, from 0 to 1: 1 - distance / length of the longer text. */
export function computeSimilarity(a: string, b: string): { distance: number; similarity: number } {
  const length = Math.max(a.length, b.length)
  const steps = distance(a, b)
  return { distance: steps, similarity: length === 0 ? 1 : 1 - steps / length }
}

/** Makes texts comparable: lower case, one space between words. */
export function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim()
}

/** @throws {Error} when the text is too long to compare */
export function checkLength(pin: string, text: string): void {
  if (text.length > MAX_LENGTH) throw new Error(`${pin} must have at most ${MAX_LENGTH} characters, got ${text.length}`)
}
