import { anyButLineFeed, anyCharacter, literal, parseEscape, parseSet } from './parse-set.ts'
import { Source } from './source.ts'
import { PatternError, type Flags, type Node, type Repeat } from './tree.ts'
import { measureWidth } from './width.ts'

/**
 * Parses a regular expression like the module `re` of Python 3.11, and rejects the patterns that it rejects.
 * Source: https://docs.python.org/3/library/re.html#regular-expression-syntax
 *
 * @throws {PatternError}
 */
export function parsePythonRegExp(pattern: string, flags: Flags): { tree: Node; bodies: ReadonlyMap<number, Node> } {
  const parser = new Parser(pattern, flags)
  return { tree: parser.parse(), bodies: parser.bodies }
}

class Parser {
  /** The complete groups, by number. */
  readonly bodies = new Map<number, Node>()
  #groups = 0
  readonly #source: Source
  /** The flags of the whole pattern, which it may set at its start. */
  #flags: Flags
  readonly #names = new Map<string, number>()
  /** The number of groups before each open lookbehind. */
  readonly #lookbehinds: number[] = []

  constructor(pattern: string, flags: Flags) {
    this.#source = new Source(pattern)
    this.#flags = flags
  }

  parse(): Node {
    const tree = this.#choice(undefined)
    if (!this.#source.isDone) this.#source.fail('unbalanced parenthesis')
    return tree
  }

  /** @param flags undefined for the flags of the whole pattern */
  #choice(flags: Flags | undefined): Node {
    const branches = [this.#sequence(flags, flags === undefined)]
    while (this.#source.skip('|')) branches.push(this.#sequence(flags ?? this.#flags, false))
    const [only] = branches
    return only && branches.length === 1 ? only : { type: 'choice', branches }
  }

  /** @param isFirst whether flags for the whole pattern are allowed at this position */
  #sequence(outer: Flags | undefined, isFirst: boolean): Node {
    const source = this.#source
    const items: Node[] = []
    for (;;) {
      const flags = outer ?? this.#flags
      if (flags.verbose) source.skipSpaceAndComments()
      const at = source.at
      const character = source.peek()
      if (character === undefined || character === '|' || character === ')') return { type: 'sequence', items }
      const bounds = this.#bounds()
      if (bounds) items.push(this.#repeat(items.pop(), bounds, at))
      else {
        source.next()
        const item = character === '(' ? this.#group(flags, at, isFirst && items.length === 0) : this.#atom(character, flags, at)
        if (item) items.push(item)
      }
    }
  }

  #atom(character: string, flags: Flags, at: number): Node {
    const { ascii, ignoreCase, multiLine } = flags
    if (character === '.') return flags.dotAll ? anyCharacter : anyButLineFeed
    if (character === '^') return { type: 'anchor', kind: multiLine ? 'lineStart' : 'start', ascii }
    if (character === '$') return { type: 'anchor', kind: multiLine ? 'lineEnd' : 'textEnd', ascii }
    if (character === '[') return parseSet(this.#source, flags, at)
    if (character !== '\\') return literal(flags, character.codePointAt(0) ?? 0)
    const escape = parseEscape(this.#source, flags, at)
    return typeof escape === 'number' ? { type: 'reference', group: this.#closed(escape, at), ignoreCase, at } : escape
  }

  /** @returns undefined when there is no quantifier at this position */
  #bounds(): [min: number, max: number] | undefined {
    const source = this.#source
    if (source.skip('*')) return [0, Infinity]
    if (source.skip('+')) return [1, Infinity]
    if (source.skip('?')) return [0, 1]
    const at = source.at
    const [text, low = '', comma, high = ''] = source.match(/\{(?!\})(\d*)(,?)(\d*)\}/y) ?? []
    if (text === undefined) return undefined
    const min = Number(low)
    const max = comma === '' ? min : high === '' ? Infinity : Number(high)
    if (Math.max(min, max === Infinity ? 0 : max) >= 2 ** 32 - 1) source.fail('the repetition number is too large', at)
    if (max < min) source.fail('min repeat greater than max repeat', at)
    return [min, max]
  }

  #repeat(body: Node | undefined, [min, max]: [number, number], at: number): Repeat {
    if (!body || body.type === 'anchor') return this.#source.fail('nothing to repeat', at)
    if (body.type === 'repeat') return this.#source.fail('multiple repeat', at)
    const mode = this.#source.skip('?') ? 'lazy' : this.#source.skip('+') ? 'possessive' : 'greedy'
    return { type: 'repeat', min, max, mode, body, at }
  }

  /** Parses the content of parentheses, after the opening one. @returns undefined for comments and flags */
  #group(flags: Flags, at: number, mayBeGlobal: boolean): Node | undefined {
    const source = this.#source
    if (!source.skip('?')) return this.#capture(flags, at)
    if (source.skip('P=')) return this.#namedReference(flags, at)
    const isNamed = source.skip('P<') || (source.peek(1) !== '=' && source.peek(1) !== '!' && source.skip('<'))
    if (isNamed) return this.#capture(flags, at, this.#name('>', at))
    if (source.skip('#')) {
      source.until(')', 'missing ), unterminated comment', at)
      return undefined
    }
    if (source.skip(':')) return { type: 'group', number: undefined, body: this.#body(flags, at), at }
    if (source.skip('>')) return { type: 'atomic', body: this.#body(flags, at), at }
    if (source.skip('=')) return this.#look(flags, at, false, false)
    if (source.skip('!')) return this.#look(flags, at, false, true)
    if (source.skip('<=')) return this.#look(flags, at, true, false)
    if (source.skip('<!')) return this.#look(flags, at, true, true)
    if (source.skip('(')) throw new PatternError('unsupported', 'a condition "(?(…)…)" is not supported', at)
    return this.#flagged(flags, at, mayBeGlobal)
  }

  #body(flags: Flags, at: number): Node {
    const body = this.#choice(flags)
    if (!this.#source.skip(')')) this.#source.fail('missing ), unterminated subpattern', at)
    return body
  }

  #capture(flags: Flags, at: number, name?: string): Node {
    const number = ++this.#groups
    if (name !== undefined) {
      if (this.#names.has(name)) this.#source.fail(`redefinition of group name ${JSON.stringify(name)}`, at)
      this.#names.set(name, number)
    }
    const body = this.#body(flags, at)
    this.bodies.set(number, body)
    return { type: 'group', number, body, at }
  }

  #look(flags: Flags, at: number, isBehind: boolean, isNegative: boolean): Node {
    if (isBehind) this.#lookbehinds.push(this.#groups)
    const body = this.#body(flags, at)
    if (isBehind) {
      this.#lookbehinds.pop()
      const [min, max] = measureWidth(body, this.bodies)
      if (min !== max) this.#source.fail('look-behind requires fixed-width pattern', at)
    }
    return { type: 'look', isBehind, isNegative, body, at }
  }

  #namedReference({ ignoreCase }: Flags, at: number): Node {
    const name = this.#name(')', at)
    const group = this.#names.get(name)
    if (group === undefined) return this.#source.fail(`unknown group name ${JSON.stringify(name)}`, at)
    return { type: 'reference', group: this.#closed(group, at), ignoreCase, at }
  }

  #name(end: string, at: number): string {
    const name = this.#source.until(end, `missing ${end}, unterminated name`, at)
    if (!/^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(name))
      this.#source.fail(`bad character in group name ${JSON.stringify(name)}`, at)
    return name
  }

  #closed(group: number, at: number): number {
    if (group > this.#groups) this.#source.fail(`invalid group reference ${group}`, at)
    if (!this.bodies.has(group)) this.#source.fail('cannot refer to an open group', at)
    if (this.#lookbehinds.some((before) => group > before))
      this.#source.fail('cannot refer to group defined in the same lookbehind subpattern', at)
    return group
  }

  /** Parses `(?flags)` and `(?flags:…)`. */
  #flagged(flags: Flags, at: number, mayBeGlobal: boolean): Node | undefined {
    const source = this.#source
    const [text = '', on = '', minus = '', off = ''] = source.match(/([a-zA-Z]*)(-?)([a-zA-Z]*)/y) ?? []
    if (text === '') source.fail(`unknown extension ?${source.peek() ?? ''}`, at)
    const wrong = /[^aimsux]/.exec(on)?.[0] ?? /[^imsx]/.exec(off)?.[0]
    if (wrong !== undefined) source.fail(`bad inline flag "${wrong}"`, at)
    if (on.includes('a') && on.includes('u')) source.fail('bad inline flags: "a" and "u" are incompatible', at)
    if (Array.from(off).some((letter) => on.includes(letter))) source.fail('bad inline flags: a flag is turned on and off', at)
    if (minus !== '' && off === '') source.fail('missing flag', at)
    const changed = changeFlags(flags, on, off)
    if (source.skip(':')) return { type: 'group', number: undefined, body: this.#body(changed, at), at }
    if (minus !== '' || !source.skip(')')) source.fail('missing : or )', at)
    if (!mayBeGlobal) source.fail('global flags not at the start of the expression', at)
    this.#flags = changed
    return undefined
  }
}

function changeFlags(flags: Flags, on: string, off: string): Flags {
  const pick = (letter: string, before: boolean) => (on.includes(letter) ? true : off.includes(letter) ? false : before)
  return {
    ascii: on.includes('u') ? false : pick('a', flags.ascii),
    ignoreCase: pick('i', flags.ignoreCase),
    multiLine: pick('m', flags.multiLine),
    dotAll: pick('s', flags.dotAll),
    verbose: pick('x', flags.verbose),
  }
}
