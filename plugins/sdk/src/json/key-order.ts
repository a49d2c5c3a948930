/**
 * Creates an object whose keys have the order of the entries. A plain JavaScript object lists keys that are whole numbers first, so a
 * row `name, 2024, 2023` would become `2023, 2024, name`. If the orders differ, the object is a proxy that lists its keys in the order
 * of the entries, also for `Object.keys` and `JSON.stringify`. A copy with `{ ...row }` or `z.record` has JavaScript's order again.
 */
export function orderedObject<Value>(entries: readonly (readonly [key: string, value: Value])[]): Record<string, Value> {
  const target = Object.fromEntries(entries) as Record<string, Value>
  return inOrder(target, [...new Set(Array.from(entries, ([key]) => key))])
}

/** @param order the keys of the object, each once */
function inOrder<Value>(target: Record<string, Value>, order: readonly string[]): Record<string, Value> {
  const natural = Object.keys(target)
  for (let i = 0; i < order.length; i++)
    if (natural[i] !== order[i]) return new Proxy<Record<string, Value>>(target, new KeyOrder(order))
  return target
}

class KeyOrder implements ProxyHandler<object> {
  readonly #order: readonly string[]

  constructor(order: readonly string[]) {
    this.#order = order
  }

  /** Omits deleted keys and appends added keys. */
  ownKeys(target: object): (string | symbol)[] {
    const known = new Set<string | symbol>(this.#order)
    return [
      ...this.#order.filter((key) => Object.hasOwn(target, key)),
      ...Reflect.ownKeys(target).filter((key) => !known.has(key)),
    ]
  }
}

type Reviver = NonNullable<Parameters<typeof JSON.parse>[1]>

/**
 * Parses JSON like `JSON.parse`, but preserves the order of all keys if at least one key is a whole number, such as `"2024":`. It also
 * avoids an error of V8 14.6, which reads some keys with an escape as a key of an earlier object: after `{"a":1,"\\":2}` it reads the key
 * `"\n"` in `{"a":1,"\n":2}` as `"\\"`. It compares the text of the key with the key that it expects before it decodes the escapes.
 */
export function parseInOrder(text: string, reviver?: Reviver): unknown {
  if (!NUMERIC_KEY.test(text) && !hasEscapedKey(text)) return JSON.parse(text, reviver)
  try {
    return unmarkKeys(JSON.parse(markKeys(text), reviver && ((key, ...rest) => reviver(unmarked(key), ...rest))))
  } catch (error) {
    if (error instanceof SyntaxError) JSON.parse(text) // throws with the position in the text
    throw error
  }
}

/** A prefix for keys, with which JavaScript preserves their order. */
const MARK = '#'
const MARK_CODE = 0x23
/** A prefix for keys that are written without escapes: `%0a` stands for a line feed. */
const CODED = '%'
const CODED_CODE = 0x25

/** Also matches some texts inside strings that look like a key. */
const NUMERIC_KEY = /"\d+":/

/** Whether a key has an escape. It looks only at strings with escapes. */
function hasEscapedKey(text: string): boolean {
  for (let at = text.indexOf('\\'); at >= 0;) {
    const end = endOfString(text, at)
    if (isKey(text, end)) return true
    at = text.indexOf('\\', end + 1)
  }
  return false
}

/** Marks all keys that begin with a digit or a mark, so that different keys stay different, and writes keys with escapes without them. */
function markKeys(text: string): string {
  let marked = ''
  let copied = 0
  let escape = text.indexOf('\\')
  for (let start = text.indexOf('"'); start >= 0;) {
    const end = endOfString(text, start)
    if (escape >= 0 && escape < start) escape = text.indexOf('\\', start)
    const isEscaped = escape >= 0 && escape < end
    if ((isEscaped || mustMark(text, start + 1)) && isKey(text, end)) {
      marked += text.slice(copied, start + 1) + (isEscaped ? markedWithoutEscapes(text.slice(start, end + 1)) : MARK)
      copied = isEscaped ? end : start + 1
    }
    start = text.indexOf('"', end + 1)
  }
  return marked + text.slice(copied)
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

/** Matches a key that is a whole number, or begins with a mark. */
function mustMark(text: string, start: number): boolean {
  const code = text.charCodeAt(start)
  return (code >= 0x30 && code <= 0x39) || isMark(code)
}

function isMark(code: number): boolean {
  return code === MARK_CODE || code === CODED_CODE
}

/** Characters that JSON text cannot contain without an escape, and the character that codes them. */
// oxlint-disable-next-line no-control-regex -- JSON must escape control characters
const ESCAPED = /["\\%\u0000-\u001f]/g

/**
 * The same marked key for all ways to write a key.
 *
 * @param json JSON text of the key
 */
function markedWithoutEscapes(json: string): string {
  const key = JSON.parse(json) as string
  const coded = key.replace(ESCAPED, (character) => CODED + character.charCodeAt(0).toString(16).padStart(2, '0'))
  if (coded !== key.replaceAll('%', '%25')) return CODED + coded
  return (mustMark(key, 0) ? MARK : '') + key
}

function isKey(text: string, end: number): boolean {
  let next = end + 1
  while (' \n\r\t'.includes(text[next] ?? ':')) next++
  return text[next] === ':'
}

function unmarkKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) value[i] = unmarkKeys(value[i])
    return value
  }
  const object = value as Record<string, unknown>
  let isMarked = false
  for (const key of Object.keys(object)) {
    isMarked ||= isMark(key.charCodeAt(0))
    const member = object[key]
    if (typeof member === 'object' && member !== null) object[key] = unmarkKeys(member)
  }
  return isMarked ? withoutMarks(object) : object
}

function withoutMarks(object: Record<string, unknown>): Record<string, unknown> {
  const target: Record<string, unknown> = {}
  const order = Object.keys(object)
  for (const [i, key] of order.entries()) {
    const name = unmarked(key)
    order[i] = name
    if (name === '__proto__') Object.defineProperty(target, name, { ...PLAIN, value: object[key] })
    else target[name] = object[key]
  }
  return inOrder(target, order)
}

const PLAIN = { configurable: true, enumerable: true, writable: true }

function unmarked(key: string): string {
  const code = key.charCodeAt(0)
  if (code === CODED_CODE)
    return key.slice(1).replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return code === MARK_CODE ? key.slice(1) : key
}
