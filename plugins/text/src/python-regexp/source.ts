import { PatternError } from './tree.ts'

/** A reader for the characters of a pattern. Positions count code points. */
export class Source {
  at = 0
  readonly #characters: readonly string[]

  constructor(pattern: string) {
    this.#characters = Array.from(pattern)
  }

  get isDone(): boolean {
    return this.at >= this.#characters.length
  }

  peek(ahead = 0): string | undefined {
    return this.#characters[this.at + ahead]
  }

  next(): string | undefined {
    return this.#characters[this.at++]
  }

  /** Skips a text. @returns false when the text is not at this position */
  skip(text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.peek(i) !== text[i]) return false
    this.at += text.length
    return true
  }

  /**
   * Skips the match of an expression for ASCII text at this position. Skips nothing if the expression does not match.
   */
  match(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = 0
    // The longest match is a quantifier with two numbers.
    const found = expression.exec(this.#characters.slice(this.at, this.at + 64).join('')) ?? undefined
    this.at += found?.[0].length ?? 0
    return found
  }

  /** Returns the text before `end`, and skips both. */
  until(end: string, complaint: string, at: number): string {
    const index = this.#characters.indexOf(end, this.at)
    if (index < 0) return this.fail(complaint, at)
    const text = this.#characters.slice(this.at, index).join('')
    this.at = index + 1
    return text
  }

  /** Skips white space and comments, for the flag x. */
  skipSpaceAndComments(): void {
    for (let c = this.peek(); c !== undefined && (c === '#' || ' \t\n\r\v\f'.includes(c)); c = this.peek()) {
      this.at++
      if (c === '#') while (!this.isDone && this.next() !== '\n');
    }
  }

  /** @throws {PatternError} always */
  fail(reason: string, at = this.at): never {
    throw new PatternError('invalid', reason, at)
  }
}
