import { LIMITS, limitExceeded } from './limits.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const [OPEN_LIST, OPEN_OBJECT] = [0x5b, 0x7b]
const [CLOSE_LIST, CLOSE_OBJECT] = [0x5d, 0x7d]
/** The longest escape of JSON for a character of one byte has six bytes. */
const MAX_STRING_BYTES = LIMITS.queryBytes * 6
const KEY = 'query'
/** The bytes of a string that are read one by one. A search has a cost of its own. */
const SHORT = 64

/**
 * Checks the JSON of a request while it is received and before it is parsed, because parsing deep JSON or a long query
 * is expensive. Does not check the syntax.
 */
export class JsonCheck {
  readonly #queryDepth: number
  #depth = 0
  #values = 0
  /** The bytes of the string that is open; -1 outside a string. */
  #length = -1
  /** The number of backslashes at the end of the last part, in a string. */
  #backslashes = 0
  /** At the depth of the query: whether the next string is a key, and whether the last key is that of the query. */
  #isKey = true
  #isQuery = false
  /** The text of the open string, if it is a key. */
  #key = ''

  /**
   * @param queryDepth the number of objects around the text of the query: 1 in the body of a request over HTTP, 2 in a
   * message on a WebSocket
   */
  constructor(queryDepth: number) {
    this.#queryDepth = queryDepth
  }

  /**
   * Checks the next part of the text.
   *
   * @throws {AshlarError} LIMIT_EXCEEDED when there are too many values or they are nested too deeply, or the string of
   * the query is certainly too long
   */
  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      if (this.#length < 0) at = findToken(chunk, at)
      if (at < chunk.length) at = this.#length < 0 ? this.#readToken(chunk[at], at) : this.#readString(chunk, at)
    }
  }

  #readToken(byte: number | undefined, at: number): number {
    if (byte === QUOTE) [this.#length, this.#backslashes, this.#key] = [0, 0, '']
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      if (++this.#depth > LIMITS.jsonDepth) throw tooDeep()
      this.#countValue()
      this.#isKey = true
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) this.#depth--
    else if (byte === COMMA) {
      this.#isKey = true
      this.#countValue()
    }
    return at + 1
  }

  /** Each value follows a comma or a bracket. */
  #countValue(): void {
    if (++this.#values > LIMITS.jsonValues) throw tooManyValues()
  }

  #readString(chunk: Uint8Array, start: number): number {
    for (let from = start; ;) {
      const end = findQuote(chunk, from)
      let first = end
      while (first > start && chunk[first - 1] === BACKSLASH) first--
      const backslashes = end - first + (first === start ? this.#backslashes : 0)
      if (end === chunk.length || backslashes % 2 === 0) {
        this.#add(chunk, start, end)
        if (end < chunk.length) return this.#endString(end)
        this.#backslashes = backslashes
        return end
      }
      from = end + 1
    }
  }

  #add(chunk: Uint8Array, start: number, end: number): void {
    this.#length += end - start
    if (this.#depth !== this.#queryDepth) return
    if (this.#isKey && this.#length <= KEY.length) this.#key += Buffer.from(chunk.subarray(start, end)).toString('latin1')
    if (!this.#isKey && this.#isQuery && this.#length > MAX_STRING_BYTES) throw queryTooLong()
  }

  #endString(at: number): number {
    if (this.#depth === this.#queryDepth) {
      this.#isQuery = this.#isKey && this.#length === KEY.length && this.#key === KEY
      this.#isKey = false
    }
    this.#length = -1
    return at + 1
  }
}

/** Finds the next quote, comma or bracket. */
function findToken(chunk: Uint8Array, from: number): number {
  for (let at = from; at < chunk.length; at++) {
    const byte = chunk[at] ?? 0
    if (byte === QUOTE || byte === COMMA || (byte | 0x20) === OPEN_OBJECT || (byte | 0x20) === CLOSE_OBJECT) return at
  }
  return chunk.length
}

function findQuote(chunk: Uint8Array, from: number): number {
  const near = Math.min(from + SHORT, chunk.length)
  for (let at = from; at < near; at++) if (chunk[at] === QUOTE) return at
  const far = chunk.indexOf(QUOTE, near)
  return far < 0 ? chunk.length : far
}

function tooDeep(): Error {
  const advice = 'Nest the values of the variables less deeply.'
  return limitExceeded('jsonDepth', { subject: 'the JSON of the request', unit: 'levels of lists and objects', advice })
}

function tooManyValues(): Error {
  const advice = 'Send several requests, or pass the data as a text or a file.'
  return limitExceeded('jsonValues', { subject: 'the JSON of the request', unit: 'values', advice })
}

/** The error of a query text that is too long. @param value its length in bytes, if known */
export function queryTooLong(value?: number): Error {
  const advice = 'Pass values as variables, which do not count, or send several requests.'
  return limitExceeded('queryBytes', { subject: 'the query text', unit: 'bytes', value, advice })
}
