import { deferValue, JsonScanner } from '../../base/index.ts'

/** A long value of an output in a report of a guest. */
interface LongValue {
  value: unknown
  /** The length of its JSON text. */
  chars: number
}

/** A report of a guest without its long values. */
export interface SplitReport {
  /** The JSON texts of the events, joined by commas, in which null replaces the long values. */
  json: string
  /** The long values, by the number of their event in the report. */
  values: ReadonlyMap<number, LongValue>
}

/** A shorter value is parsed with its event. */
const LONG_CHARS = 64 * 1024
/** The beginning and the end of an output as a guest writes it, see `guest/io/outbox.ts`. */
const OUTPUT_START = /\{"t":"o","id":\d+,"pin":"[^"\\]*","v":(?=[[{])/y
const OUTPUT_END = /(?:,"k":\d+)?(?:,"next":\[[\d,[\]]*\])?\}/y

/**
 * Takes the long lists and objects out of a report, without parsing them. A {@link JsonScanner} has checked that
 * parsing and writing them would not change their text.
 *
 * @returns the whole report without long values if any part of it does not have the form in which a guest writes it
 */
export function splitReport(json: string): SplitReport {
  const whole = { json, values: new Map<number, LongValue>() }
  if (json.length < LONG_CHARS || !json.isWellFormed()) return whole
  const bytes = Buffer.from(json)
  // Has a character for each byte, so that both have the same indices.
  const isAscii = bytes.length === json.length
  const text = isAscii ? json : bytes.toString('latin1')
  const slice = (from: number, to?: number): string => (isAscii ? json.slice(from, to) : bytes.toString('utf8', from, to))
  const scanner = new JsonScanner(bytes)
  const values = new Map<number, LongValue>()
  let short = ''
  let copied = 0
  for (let at = 0, number = 0; ; number++) {
    const from = match(OUTPUT_START, text, at) ?? at
    const scanned = scanner.scan(from)
    if (!scanned) return whole
    const end = from === at ? scanned.end : match(OUTPUT_END, text, scanned.end)
    if (end === undefined) return whole
    if (from > at && scanned.end - from > LONG_CHARS) {
      const part = slice(from, scanned.end)
      values.set(number, { value: deferValue(part, scanned.itemTypes), chars: part.length })
      short += `${slice(copied, from)}null`
      copied = scanned.end
    }
    if (end === bytes.length) return { json: short + slice(copied), values }
    if (text[end] !== ',') return whole
    at = end + 1
  }
}

/** @returns the place after the match; undefined if the text at this place does not match */
function match(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : undefined
}
