import { inOrder } from './key-order.ts'

/**
 * `JSON.parse` loses the order of keys that are whole numbers and the digits of long integers. Marks in the text preserve both: such a
 * key gets a prefix that makes it an ordinary key, and such a number becomes a string. Texts that could be mistaken for a mark, or that
 * begin with an escape, get the prefix too. {@link unmark} reverses this in the parsed value.
 */
const OF_TEXT = '#s'
const OF_NUMBER = '#n'
const MARK_CODE = 0x23
const BACKSLASH_CODE = 0x5c

/**
 * A number that a JavaScript number may not represent: at least 16 digits before the point, or an exponent of at least three digits.
 * JSON does not allow a zero in front, a sign `+` or a number as a key, so these do not match: the marked text must not be valid where
 * the text is not.
 */
const LONG_NUMBER =
  /(?<![\d.eE+-])-?(?:[1-9]\d{15,}(?:\.\d+)?(?:[eE][+-]?\d+)?|(?:0|[1-9]\d*)(?:\.\d+)?[eE]\+?\d{3,})(?![\d.eE]|\s*:)/g
const SHORTEST_LONG_NUMBER = 5

/** Matches a key that is a whole number, and some texts inside strings that look like one. */
const NUMERIC_KEY = /"\d+":/

/** Whether an object in the text may have a key that is a whole number, written without escapes. */
export function hasNumericKey(text: string): boolean {
  return NUMERIC_KEY.test(text)
}

/** Adds the marks to JSON text. */
export function mark(text: string): string {
  let marked = ''
  let copied = 0
  for (let start = text.indexOf('"'); start >= 0; start = text.indexOf('"', copied)) {
    const end = endOfString(text, start)
    const quote = mustMark(text, start, end) ? `"${OF_TEXT}` : '"'
    marked += markNumbers(text.slice(copied, start)) + quote + text.slice(start + 1, end + 1)
    copied = end + 1
  }
  return marked + markNumbers(text.slice(copied))
}

/** @param text JSON text between two strings */
function markNumbers(text: string): string {
  return text.length < SHORTEST_LONG_NUMBER ? text : text.replace(LONG_NUMBER, `"${OF_NUMBER}$&"`)
}

/** Returns the index of the quote that ends a string, or of the last character if there is no such quote. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let first = end
    while (text[first - 1] === '\\') first--
    if ((end - first) % 2 === 0) return end
  }
  return text.length - 1
}

function mustMark(text: string, start: number, end: number): boolean {
  const code = text.charCodeAt(start + 1)
  if (code === MARK_CODE || code === BACKSLASH_CODE) return true
  return code >= 0x30 && code <= 0x39 && isKey(text, end)
}

function isKey(text: string, end: number): boolean {
  let next = end + 1
  while (' \n\r\t'.includes(text[next] ?? ':')) next++
  return text[next] === ':'
}

/**
 * Removes the marks from a parsed value, in place where that is possible.
 *
 * @param readNumber converts the source text of a number
 */
export function unmark(value: unknown, readNumber: (source: string) => unknown): unknown {
  if (typeof value === 'string') return isMarked(value) ? unmarkText(value, readNumber) : value
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (mayHaveMarks(value[i])) value[i] = unmark(value[i], readNumber)
    return value
  }
  const object = value as Record<string, unknown>
  let hasMarkedKey = false
  for (const key of Object.keys(object)) {
    hasMarkedKey ||= isMarked(key)
    if (mayHaveMarks(object[key])) object[key] = unmark(object[key], readNumber)
  }
  return hasMarkedKey ? withoutMarks(object) : object
}

/** The key of a marked text, without its mark. */
export function unmarkKey(key: string): string {
  return isMarked(key) ? key.slice(OF_TEXT.length) : key
}

/** The source text of a number that was marked; undefined for every other value. */
export function markedNumber(value: unknown): string | undefined {
  return typeof value === 'string' && value.startsWith(OF_NUMBER) ? value.slice(OF_NUMBER.length) : undefined
}

function isMarked(text: string): boolean {
  return text.charCodeAt(0) === MARK_CODE
}

function mayHaveMarks(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || (typeof value === 'string' && isMarked(value))
}

function unmarkText(text: string, readNumber: (source: string) => unknown): unknown {
  const source = markedNumber(text)
  return source === undefined ? text.slice(OF_TEXT.length) : readNumber(source)
}

function withoutMarks(object: Record<string, unknown>): Record<string, unknown> {
  const target: Record<string, unknown> = {}
  const order = Object.keys(object)
  for (const [i, key] of order.entries()) {
    const name = unmarkKey(key)
    order[i] = name
    if (name === '__proto__') Object.defineProperty(target, name, { ...PLAIN, value: object[key] })
    else target[name] = object[key]
  }
  return inOrder(target, order)
}

const PLAIN = { configurable: true, enumerable: true, writable: true }
