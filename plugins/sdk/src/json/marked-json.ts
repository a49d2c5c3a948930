import { inOrder } from './key-order.ts'

/**
 * `JSON.parse` loses the order of keys that are whole numbers and the digits of long integers. Marks in the text
 * preserve both: such a key gets a prefix that makes it an ordinary key, and such a number becomes a string. Texts that
 * could be mistaken for a mark, or that begin with an escape, get the prefix too. {@link unmark} reverses this in the
 * parsed value.
 *
 * A third mark avoids an error of V8 14.6, which reads some keys with an escape as a key of an earlier object: after
 * `{"a":1,"\\":2}` it reads the key `"\n"` in `{"a":1,"\n":2}` as `"\\"`. It compares the text of the key with the key
 * that it expects before it decodes the escapes. So such a key is written without escapes.
 */
const OF_TEXT = '#s'
const OF_NUMBER = '#n'
/** `#k%0a` represents the key that is a line feed. */
const OF_ESCAPED_KEY = '#k'
const MARK_CODE = 0x23
const BACKSLASH_CODE = 0x5c

/**
 * A number that a JavaScript number may not represent: at least 16 digits before the point, or an exponent of at least
 * three digits. JSON does not allow a zero in front, a sign `+` or a number as a key, so these do not match: the marked
 * text must not be valid where the text is not.
 */
const LONG_NUMBER =
  /(?<![\d.eE+-])-?(?:[1-9]\d{15,}(?:\.\d+)?(?:[eE][+-]?\d+)?|(?:0|[1-9]\d*)(?:\.\d+)?[eE]\+?\d{3,})(?![\d.eE]|\s*:)/g
const SHORTEST_LONG_NUMBER = 5

/** Whether the text has a key with an escape. Looks only at strings with escapes. */
export function hasEscapedKey(text: string): boolean {
  for (let at = text.indexOf('\\'); at >= 0;) {
    const end = endOfString(text, at)
    if (isKey(text, end)) return true
    at = text.indexOf('\\', end + 1)
  }
  return false
}

/** Adds the marks to JSON text. */
export function mark(text: string): string {
  let marked = ''
  let copied = 0
  let escape = text.indexOf('\\')
  for (let start = text.indexOf('"'); start >= 0; start = text.indexOf('"', copied)) {
    const end = endOfString(text, start)
    if (escape >= 0 && escape < start) escape = text.indexOf('\\', start)
    const isEscaped = escape >= 0 && escape < end
    marked += markNumbers(text.slice(copied, start)) + markedString(text, start, end, isEscaped)
    copied = end + 1
  }
  return marked + markNumbers(text.slice(copied))
}

/** @param isEscaped whether the string has an escape */
function markedString(text: string, start: number, end: number, isEscaped: boolean): string {
  if (isEscaped && isKey(text, end)) return `"${withoutEscapes(text.slice(start, end + 1))}"`
  const prefix = mustMark(text, start, end) ? OF_TEXT : ''
  return `"${prefix}${text.slice(start + 1, end + 1)}`
}

/** Characters that JSON text cannot contain without an escape, and the character that codes them. */
// oxlint-disable-next-line no-control-regex -- JSON must escape control characters
const ESCAPED = /["\\%\u0000-\u001f]/g

/**
 * Returns the same marked key for all spellings of a key.
 *
 * @param json JSON text of the key
 */
function withoutEscapes(json: string): string {
  const key = JSON.parse(json) as string
  const coded = key.replace(ESCAPED, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
  if (coded !== key.replaceAll('%', '%25')) return OF_ESCAPED_KEY + coded
  return /^[\d#]/.test(key) ? OF_TEXT + key : key
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
  if (!isMarked(key)) return key
  const rest = key.slice(OF_TEXT.length)
  if (!key.startsWith(OF_ESCAPED_KEY)) return rest
  return rest.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
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
