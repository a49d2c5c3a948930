/** The flags that apply at a position of a pattern, by their letters in Python. */
export interface Flags {
  /** a: classes and case are those of ASCII alone. */
  readonly ascii: boolean
  readonly ignoreCase: boolean
  readonly multiLine: boolean
  readonly dotAll: boolean
  readonly verbose: boolean
}

/** A regular expression of Python. */
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

/** `textEnd` is Python's `$`: at the end, or before a line feed there. */
export type Anchor = 'start' | 'end' | 'textEnd' | 'lineStart' | 'lineEnd' | 'boundary' | 'noBoundary'

/** One character out of many, or not out of them. A literal is a set of one range of one character. */
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

/** A pattern that Python does not accept (`invalid`), or whose meaning in Python cannot be kept here (`unsupported`). */
export class PatternError extends Error {
  readonly kind: 'invalid' | 'unsupported'

  /**
   * @param reason the error; in Python's own words if Python rejects the pattern too
   * @param at index of the character in the pattern, from 0, as in messages of Python
   */
  constructor(kind: 'invalid' | 'unsupported', reason: string, at?: number) {
    super(at === undefined ? reason : `${reason} at position ${at}`)
    this.kind = kind
  }

  /** The same with the pattern and a remedy in its message. */
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
