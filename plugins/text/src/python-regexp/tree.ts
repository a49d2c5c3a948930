/** The flags that apply at a position of a pattern. */
export interface Flags {
  /** a: classes and case only apply to ASCII. */
  readonly ascii: boolean
  readonly ignoreCase: boolean
  readonly multiLine: boolean
  readonly dotAll: boolean
  readonly verbose: boolean
}

/** The syntax tree of a Python regular expression. */
export type Node =
  | { readonly type: 'sequence'; readonly items: readonly Node[] }
  | { readonly type: 'choice'; readonly branches: readonly Node[] }
  | CharacterSet
  | { readonly type: 'anchor'; readonly kind: Anchor; readonly ascii: boolean }
  /** `number` is undefined for a group that does not capture. */
  | { readonly type: 'group'; readonly number: number | undefined; readonly body: Node; readonly at: number }
  | { readonly type: 'atomic'; readonly body: Node; readonly at: number }
  | { readonly type: 'look'; readonly isBehind: boolean; readonly isNegative: boolean; readonly body: Node; readonly at: number }
  | { readonly type: 'reference'; readonly group: number; readonly ignoreCase: boolean; readonly at: number }
  | Repeat

/** `textEnd` is Python's `$`: at the end of the text, or before a line feed at the end. */
export type Anchor = 'start' | 'end' | 'textEnd' | 'lineStart' | 'lineEnd' | 'boundary' | 'noBoundary'

/** A set of characters, possibly negated. A literal is a set with one range of one character. */
export interface CharacterSet {
  readonly type: 'set'
  readonly isNegated: boolean
  readonly ranges: readonly CodeRange[]
  /** Letters of Python's classes: d D s S w W. */
  readonly classes: readonly string[]
  readonly ignoreCase: boolean
  readonly ascii: boolean
}

export type CodeRange = readonly [first: number, last: number]

export interface Repeat {
  readonly type: 'repeat'
  readonly min: number
  /** Infinity when there is no limit. */
  readonly max: number
  readonly mode: 'greedy' | 'lazy' | 'possessive'
  readonly body: Node
  readonly at: number
}

/** A pattern that Python rejects (`invalid`), or that cannot be matched like in Python (`unsupported`). */
export class PatternError extends Error {
  readonly kind: 'invalid' | 'unsupported'

  /**
   * @param reason the error, with Python's message if Python also rejects the pattern
   * @param at index of the character in the pattern, from 0, as in Python's messages
   */
  constructor(kind: 'invalid' | 'unsupported', reason: string, at?: number) {
    super(at === undefined ? reason : `${reason} at position ${at}`)
    this.kind = kind
  }

  /** Returns the error with the pattern and a remedy in its message. */
  in(pattern: string): PatternError {
    const shown = JSON.stringify(Array.from(pattern).slice(0, 100).join(''))
    const [problem, remedy] = PROBLEMS[this.kind]
    return new PatternError(this.kind, `the pattern ${shown} ${problem}: ${this.message}; ${remedy}`)
  }
}

const PROBLEMS: Record<PatternError['kind'], [problem: string, remedy: string]> = {
  invalid: [
    'is not a regular expression of Python',
    'correct it, and write a backslash before each special character to match it literally, as in "\\("',
  ],
  unsupported: ['cannot be used', 'use a simpler pattern'],
}
