import { isUtf8 } from 'node:buffer'
import { deferValue, JsonScanner } from '../../base/index.ts'

/** A report of a guest without its long values. */
export interface SplitReport {
  /** The JSON texts of the events, joined by commas, in which null replaces the long values. */
  json: string
  /** The long values, by the number of their event in the report. */
  values: ReadonlyMap<number, object>
}

/** A shorter value is parsed with its event. */
const LONG_BYTES = 64 * 1024

/**
 * Takes the long lists and objects out of a report, without decoding or parsing them. A {@link JsonScanner} has checked
 * that parsing and writing them would not change their text.
 *
 * @param report in UTF-8 if it is long. The values keep its bytes.
 * @returns the whole report without long values if any part of it does not have the form in which a guest writes it
 */
export function splitReport(report: string | Buffer): SplitReport {
  const split = typeof report !== 'string' && report.length > LONG_BYTES && isUtf8(report) ? takeValues(report) : undefined
  return split ?? { json: String(report), values: new Map() }
}

function takeValues(bytes: Buffer): SplitReport | undefined {
  const scanner = new JsonScanner(bytes)
  const values = new Map<number, object>()
  let short = ''
  let copied = 0
  for (let at = 0, number = 0; ; number++) {
    const from = findValue(bytes, at) ?? at
    const scanned = scanner.scan(from)
    const end = from === at ? scanned?.end : scanned && findEnd(bytes, scanned.end)
    if (!scanned || end === undefined) return undefined
    if (from > at && scanned.end - from > LONG_BYTES) {
      values.set(number, deferValue(keep(bytes.subarray(from, scanned.end)), scanned.itemTypes))
      short += `${bytes.toString('utf8', copied, from)}null`
      copied = scanned.end
    }
    if (end === bytes.length) return { json: short + bytes.toString('utf8', copied), values }
    if (bytes[end] !== COMMA) return undefined
    at = end + 1
  }
}

/** A value that is a small part of the received bytes must not keep all of them in memory. */
function keep(value: Buffer): Buffer {
  return value.length * 2 > value.buffer.byteLength ? value : Buffer.from(value)
}

/** The beginning and the end of an output as a guest writes it, see `guest/io/outbox.ts`. */
const OUTPUT_START = /^\{"t":"o","id":\d+,"pin":"[^"\\]*","v":(?=[[{])/
const OUTPUT_END = /^(?:,"k":\d+)?(?:,"next":\[[\d,[\]]*\])?\}/
const MAX_START_BYTES = 1024
const MAX_END_BYTES = 16 * 1024
/** The place of the letter of the event. */
const LETTER_AT = '{"t":"'.length

/** The place of the value, if an output with a list or an object starts here. */
function findValue(bytes: Buffer, at: number): number | undefined {
  if (bytes[at + LETTER_AT] !== OUTPUT) return undefined
  const start = OUTPUT_START.exec(bytes.toString('latin1', at, at + MAX_START_BYTES))
  return start ? at + start[0].length : undefined
}

/** The place after the output whose value ends here. */
function findEnd(bytes: Buffer, at: number): number | undefined {
  if (bytes[at] === CLOSING_BRACE) return at + 1
  const end = OUTPUT_END.exec(bytes.toString('latin1', at, at + MAX_END_BYTES))
  return end ? at + end[0].length : undefined
}

const COMMA = 0x2c
const OUTPUT = 0x6f
const CLOSING_BRACE = 0x7d
