import { readCsv } from './dialect.ts'

const CANDIDATES = [',', ';', '\t', '|']
/** The part of the text that is inspected. */
const MAX_CHARS = 20_000
const MAX_ROWS = 50

/** Returns the character that divides the first rows into the most columns of equal number, if there is one. */
export function detectDelimiter(text: string, { quote, escape }: { quote: string; escape: string }): string | undefined {
  const start = text.slice(0, MAX_CHARS)
  let best: { delimiter: string; score: number } | undefined
  for (const delimiter of CANDIDATES) {
    if (delimiter === quote || delimiter === escape) continue
    const { rows } = readCsv(start, { delimiter, quote, escape }, true)
    // The last row may be cut.
    const widths = rows
      .slice(0, start.length < text.length ? Math.min(MAX_ROWS, rows.length - 1) : MAX_ROWS)
      .map((row) => row.length)
    const [first = 0] = widths
    if (first < 2) continue
    const score = (widths.filter((width) => width === first).length / widths.length) * 1000 + first
    if (score > (best?.score ?? 0)) best = { delimiter, score }
  }
  return best?.delimiter
}
