/** A rough number of characters of a token, which is lower than that of English text. */
const CHARS_PER_TOKEN = 3

/**
 * Divides a text into chunks of at most `maxTokens`, of which each repeats the end of the last one. It divides between
 * paragraphs or sentences if possible, otherwise between words, otherwise anywhere.
 */
export function toChunks(text: string, maxTokens: number, overlapTokens: number): string[] {
  const maxChars = Math.max(1, maxTokens * CHARS_PER_TOKEN)
  const overlap = Math.min(overlapTokens * CHARS_PER_TOKEN, maxChars >> 1)
  const chunks: string[] = []
  for (let start = 0; start < text.length;) {
    const end = text.length - start <= maxChars ? text.length : findEnd(text, start, start + maxChars)
    chunks.push(text.slice(start, end))
    if (end >= text.length) break
    start = Math.max(start + 1, end - overlap)
    if (isLowSurrogate(text, start)) start++
  }
  return chunks
}

const SEPARATORS = ['\n\n', '\n', '. ', ' ']

function findEnd(text: string, start: number, limit: number): number {
  const earliest = start + ((limit - start) >> 1)
  for (const separator of SEPARATORS) {
    const at = text.lastIndexOf(separator, limit - separator.length)
    if (at >= earliest) return at + separator.length
  }
  return isLowSurrogate(text, limit) && limit - 1 > start ? limit - 1 : limit
}

/** Whether the position is within a character of two code units. */
function isLowSurrogate(text: string, at: number): boolean {
  return /[\udc00-\udfff]/.test(text.charAt(at))
}
