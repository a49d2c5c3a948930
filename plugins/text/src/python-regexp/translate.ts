import type { Anchor, CharacterSet, CodeRange, Node } from './tree.ts'

/** The source of a JavaScript expression with the flag u, and the JavaScript group number of each Python group. */
interface Translation {
  readonly source: string
  readonly groups: ReadonlyMap<number, number>
}

/** @param mustAdvance whether the expression must match at least one character */
export function translate(tree: Node, mustAdvance: boolean): Translation {
  const writer = new Writer()
  if (!mustAdvance) return { source: writer.write(tree), groups: writer.groups }
  // The first group captures the rest of the text. The same rest cannot occur at a later position, so `\1` detects an
  // empty match.
  const start = writer.open()
  return { source: `(?=([^]*))(?:${writer.write(tree)})(?!\\${start})`, groups: writer.groups }
}

class Writer {
  readonly groups = new Map<number, number>()
  #opened = 0

  /** Allocates the number of the next group. */
  open(): number {
    return ++this.#opened
  }

  write(node: Node): string {
    switch (node.type) {
      case 'set':
        return writeSet(node)
      case 'anchor':
        return writeAnchor(node.kind, node.ascii)
      case 'sequence':
        return node.items.map((item) => this.write(item)).join('')
      case 'choice':
        return `(?:${node.branches.map((branch) => this.write(branch)).join('|')})`
      case 'group':
        return this.#group(node.number, node.body)
      case 'atomic':
        return this.#atomic(() => this.write(node.body))
      case 'look':
        return `(?:(?${node.isBehind ? '<' : ''}${node.isNegative ? '!' : '='}${this.write(node.body)}))`
      case 'reference':
        return ignoringCase(node.ignoreCase, `(?:\\${this.groups.get(node.group)})`)
      case 'repeat':
        return node.mode === 'possessive' ? this.#atomic(() => this.#repeat(node)) : this.#repeat(node)
    }
  }

  #group(number: number | undefined, body: Node): string {
    if (number === undefined) return `(?:${this.write(body)})`
    this.groups.set(number, this.open())
    return `(${this.write(body)})`
  }

  /** A lookahead does not backtrack after it has matched. The reference then consumes its match. */
  #atomic(write: () => string): string {
    const number = this.open()
    return `(?:(?=(${write()}))\\${number})`
  }

  #repeat({ body, min, max, mode }: Node & { type: 'repeat' }): string {
    const bounds = max === Infinity ? `{${min},}` : `{${min},${max}}`
    return `(?:${this.write(body)})${bounds}${mode === 'lazy' ? '?' : ''}`
  }
}

function writeAnchor(kind: Anchor, ascii: boolean): string {
  const word = `[${classText('w', ascii)}]`
  switch (kind) {
    case 'start':
      return '^'
    case 'end':
      return '$'
    case 'textEnd':
      return '(?=\\n?$)'
    case 'lineStart':
      return '(?<![^\\n])'
    case 'lineEnd':
      return '(?![^\\n])'
    case 'boundary':
      return `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`
    case 'noBoundary':
      return `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`
  }
}

/** Writes classes separately from ranges if case is ignored, because case does not affect classes. */
function writeSet(set: CharacterSet): string {
  const [first, ...others] = set.ranges
  const isLiteral = first && others.length === 0 && first[0] === first[1] && set.classes.length === 0 && !set.isNegated
  if (isLiteral && !set.ignoreCase) return writePoint(first[0])
  const ranges = set.ignoreCase ? withOtherCase(set.ranges, set.ascii) : set.ranges
  const isFolded = set.ignoreCase && !set.ascii && ranges.some(hasCase)
  const written = ranges.map(writeRange).join('')
  const { positive, negative } = writeClasses(set)
  const plain = (isFolded ? '' : written) + positive
  const parts = [isFolded ? `(?i:[${written}])` : '', plain && `[${plain}]`, ...negative].filter((part) => part !== '')
  if (!set.isNegated) return parts.length === 1 ? parts.join('') : `(?:${parts.join('|')})`
  return !isFolded && negative.length === 0 ? `[^${plain}]` : `(?:(?!${parts.join('|')})[^])`
}

/** Returns text inside brackets for classes such as `\w`, and separate brackets for classes such as `\W`. */
function writeClasses({ classes, ascii }: CharacterSet): { positive: string; negative: string[] } {
  const positive = classes.filter((letter) => letter === letter.toLowerCase())
  const negative = classes.filter((letter) => letter !== letter.toLowerCase())
  return {
    positive: positive.map((letter) => classText(letter, ascii)).join(''),
    negative: negative.map((letter) => `[^${classText(letter, ascii)}]`),
  }
}

/** Returns the content of a class in bracket syntax. */
function classText(letter: string, ascii: boolean): string {
  switch (letter.toLowerCase()) {
    case 'd':
      return ascii ? '0-9' : '\\p{Nd}'
    case 's':
      return ascii ? '\\t-\\r ' : '\\t-\\r\\x1c- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
    default:
      return ascii ? '0-9A-Za-z_' : '\\p{L}\\p{N}_'
  }
}

function writeRange([first, last]: CodeRange): string {
  return first === last ? writePoint(first) : `${writePoint(first)}-${writePoint(last)}`
}

function writePoint(point: number): string {
  const character = String.fromCodePoint(point)
  return /[A-Za-z0-9]/.test(character) ? character : `\\u{${point.toString(16)}}`
}

function ignoringCase(isIgnored: boolean, source: string): string {
  return isIgnored ? `(?i:${source})` : source
}

/** Returns whether the range has characters other than caseless ASCII. */
function hasCase(range: CodeRange): boolean {
  return range[1] > 0x7f || intersect(range, UPPER) !== undefined || intersect(range, LOWER) !== undefined
}

const UPPER: CodeRange = [0x41, 0x5a]
const LOWER: CodeRange = [0x61, 0x7a]
/** Letters that are equal in Python when case is ignored: I i İ ı. JavaScript distinguishes the last two. */
const LETTERS_I = [0x49, 0x69, 0x130, 0x131]

/** Adds the other case if JavaScript does not match it. */
function withOtherCase(ranges: readonly CodeRange[], ascii: boolean): readonly CodeRange[] {
  if (!ascii) {
    const hasI = ranges.some(([first, last]) => LETTERS_I.some((letter) => first <= letter && letter <= last))
    return hasI ? [...ranges, ...LETTERS_I.map((letter): CodeRange => [letter, letter])] : ranges
  }
  const others = ranges.flatMap((range) => [shift(intersect(range, UPPER), 0x20), shift(intersect(range, LOWER), -0x20)])
  return [...ranges, ...others.filter((range) => range !== undefined)]
}

function intersect([a, b]: CodeRange, [c, d]: CodeRange): CodeRange | undefined {
  return a <= d && c <= b ? [Math.max(a, c), Math.min(b, d)] : undefined
}

function shift(range: CodeRange | undefined, by: number): CodeRange | undefined {
  return range && [range[0] + by, range[1] + by]
}
