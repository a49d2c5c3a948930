/**
 * Splits a text into pieces of at most `size` Unicode characters. A grapheme, such as a letter with its accents or an
 * emoji of several code points, stays in one piece unless it is longer than a piece.
 *
 * @param size 0 for no limit
 */
export function* splitText(text: string, size: number): Generator<string> {
  if (size === 0) return yield text
  const clusters = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)
  for (let from = 0; from < text.length;) {
    const end = indexAfter(text, from, size)
    const cluster = clusters.containing(end)?.index ?? end
    const to = cluster > from ? cluster : end
    yield text.slice(from, to)
    from = to
  }
}

/** Removes the first Unicode characters of a text. */
export function withoutFirst(text: string, characters: number): string {
  return text.slice(indexAfter(text, 0, characters))
}

/** Returns the index, in UTF-16 units, after a number of Unicode characters. */
function indexAfter(text: string, from: number, characters: number): number {
  let at = from
  for (let passed = 0; passed < characters && at < text.length; passed++) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
  return at
}
