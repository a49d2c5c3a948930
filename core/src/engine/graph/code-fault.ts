import { Script } from 'node:vm'

/** The generated lines before the code. */
const HEAD = 1

/** The units of work in one document. V8 does them in about 0.2 s. */
const MAX_WORK = 4_000_000
/** The work for each character of code without scopes. */
const BASE_WORK = 20
/** What begins a scope. */
const SCOPES = /\{|=>|\bfor\b/g

/**
 * Limits the time in which the code of one document is compiled: V8 looks for each name in all scopes around it, so a
 * megabyte of code can take half a minute. Code beyond the limit is not checked, and fails when it runs.
 */
export class CodeBudget {
  #left = MAX_WORK

  /** @returns whether the code can be compiled within the limit */
  take(code: string): boolean {
    if (code.length * BASE_WORK > this.#left) return false
    const work = code.length * (BASE_WORK + (code.match(SCOPES)?.length ?? 0))
    if (work > this.#left) return false
    this.#left -= work
    return true
  }
}

/**
 * Describes why a text is not the body of an asynchronous function in JavaScript, with line and column. Only compiles
 * the text, and never runs it. Returns undefined if it is valid.
 */
export function javascriptFault(code: string): string | undefined {
  try {
    return void new Script(`(async function* () { 'use strict'\n${code}\n})`, { filename: 'code' })
  } catch (error) {
    return describe(error, code)
  }
}

/** V8 writes the position of a syntax error into its stack: `code:<line>`, the line, and a line with a caret. */
function describe(error: unknown, code: string): string {
  const { name, message, stack = '' } = error as Error
  const [place = '', , caret = ''] = stack.split('\n')
  const line = Number(/^code:(\d+)$/.exec(place)?.[1]) - HEAD
  const lines = code.split('\n')
  if (line > lines.length) return `line ${lines.length}: ${name}: Unexpected end of the code`
  return line >= 1 ? `line ${line}, column ${caret.indexOf('^') + 1}: ${name}: ${message}` : `${name}: ${message}`
}
