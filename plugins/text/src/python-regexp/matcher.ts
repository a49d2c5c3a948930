import { findDoubtfulGroups, mayPreferEmpty } from './check.ts'
import { parsePythonRegExp } from './parse.ts'
import { translate } from './translate.ts'
import { PatternError, type Flags, type Node } from './tree.ts'

/** A regular expression with the syntax and the matches of the Python module `re`. */
export interface Matcher {
  /** Returns whether the text contains a match. */
  test(text: string): boolean
  /** Returns all matches from left to right, like `re.finditer`. */
  matchAll(text: string): IteratorObject<Match, undefined>
}

interface Match {
  /** The start and the end of the match, in code units. */
  readonly index: number
  readonly end: number
  /**
   * Returns the text of a group, or of the whole match for 0. Returns undefined when the group has not matched or does
   * not exist.
   *
   * @throws {PatternError} unsupported, when the text could differ from the text in Python
   */
  group(number: number): string | undefined
}

/** @throws {PatternError} The message contains the pattern. */
export function createMatcher(pattern: string, options: { ignoreCase: boolean; dotAll: boolean }): Matcher {
  try {
    return compilePattern(pattern, { ...options, ascii: false, multiLine: false, verbose: false })
  } catch (error) {
    throw error instanceof PatternError ? error.in(pattern) : error
  }
}

function compilePattern(pattern: string, flags: Flags): Matcher {
  const { tree, bodies } = parsePythonRegExp(pattern, flags)
  const doubtful = findDoubtfulGroups(tree, bodies)
  const assertCertain = (group: number) => {
    const at = doubtful.get(group)
    if (at === undefined) return
    const reason = `the text of group ${group}, which a repetition may skip or match again, is not supported`
    throw new PatternError('unsupported', reason, at).in(pattern)
  }
  const find = createFind(tree, assertCertain, 'g')
  const findLonger = mayPreferEmpty(tree, bodies) ? createFind(tree, assertCertain, 'y') : undefined
  return {
    test: (text) => find(text, 0) !== undefined,
    matchAll: (text) => findAll(text, find, findLonger),
  }
}

/** After an empty match, Python tries to find a longer match at the same position before it continues. */
function* findAll(text: string, find: Find, findLonger: Find | undefined): Generator<Match, undefined> {
  let match = find(text, 0)
  while (match) {
    yield match
    const { index, end } = match
    const longer = end === index ? findLonger?.(text, index) : undefined
    match = longer ?? find(text, end > index ? end : nextIndex(text, index))
  }
}

type Find = (text: string, from: number) => Match | undefined

/** @param flag `g` finds the next match; `y` finds a match of at least one character at the exact position */
function createFind(tree: Node, assertCertain: (group: number) => void, flag: 'g' | 'y'): Find {
  const { source, groups } = translate(tree, flag === 'y')
  const regExp = compile(source, `u${flag}`)
  return (text, from) => {
    let found: RegExpExecArray | null = null
    // V8 finds empty matches inside a surrogate pair, contrary to https://tc39.es/ecma262/#sec-regexpbuiltinexec.
    for (let at = from; at <= text.length && (!found || isInsidePair(text, found.index)); at = found.index + 1) {
      regExp.lastIndex = at
      found = regExp.exec(text)
      if (!found) return undefined
    }
    return found && !isInsidePair(text, found.index) ? toMatch(found, groups, assertCertain) : undefined
  }
}

function toMatch(found: RegExpExecArray, groups: ReadonlyMap<number, number>, assertCertain: (group: number) => void): Match {
  return {
    index: found.index,
    end: found.index + found[0].length,
    group: (number) => {
      assertCertain(number)
      return number === 0 ? found[0] : found[groups.get(number) ?? -1]
    },
  }
}

function isInsidePair(text: string, index: number): boolean {
  return index > 0 && (text.codePointAt(index - 1) ?? 0) > 0xffff
}

function nextIndex(text: string, index: number): number {
  return index + ((text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1)
}

function compile(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags)
  } catch (error) {
    throw new PatternError('unsupported', `it is too large: ${error instanceof Error ? error.message : String(error)}`)
  }
}
