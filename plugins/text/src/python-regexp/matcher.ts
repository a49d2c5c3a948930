import { findDoubtfulGroups, mayPreferEmpty } from './check.ts'
import { parsePythonRegExp } from './parse.ts'
import { translate } from './translate.ts'
import { PatternError, type Flags, type Node } from './tree.ts'

/** A regular expression with the syntax and the matches of Python's module `re`. */
export interface Matcher {
  /** Whether there is a match anywhere. */
  test(text: string): boolean
  /** All matches from left to right, as `re.finditer` gives them. */
  matchAll(text: string): IteratorObject<Match, undefined>
}

interface Match {
  /** Where the match begins and ends, in code units of the text. */
  readonly index: number
  readonly end: number
  /**
   * The text of a group, 0 for the whole match; undefined when it has matched nothing or there is none of that number.
   *
   * @throws {PatternError} unsupported, when the text could differ from that in Python
   */
  group(number: number): string | undefined
}

/** @throws {PatternError} with the pattern in its message */
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
    const reason = `the text of group ${group}, which a repetition may leave out or match again, is not supported`
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
    match = longer ?? find(text, end > index ? end : nextOf(text, index))
  }
}

type Find = (text: string, from: number) => Match | undefined

/** @param flag `g` finds the next match, `y` one of at least one character at just that place */
function createFind(tree: Node, assertCertain: (group: number) => void, flag: 'g' | 'y'): Find {
  const { source, groups } = translate(tree, flag === 'y')
  const regExp = compile(source, `u${flag}`)
  return (text, from) => {
    let found: RegExpExecArray | null = null
    // V8 finds empty matches between the halves of a surrogate pair: https://tc39.es/ecma262/#sec-regexpbuiltinexec has none there.
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

function nextOf(text: string, index: number): number {
  return index + ((text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1)
}

function compile(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags)
  } catch (error) {
    throw new PatternError('unsupported', `it is too large: ${error instanceof Error ? error.message : String(error)}`)
  }
}
