import { parse, type Node, type Options } from 'acorn'

/** The generated lines before the code. */
const HEAD = 1

/**
 * Finds the position of a syntax error, which V8 does not return for code that is compiled from text.
 *
 * @returns undefined if the parser accepts the code
 */
export function findSyntaxFault(code: string, names: readonly string[]): string | undefined {
  try {
    parse(`(async function* (${names.join(',')}) { 'use strict';\n${code}\n})`, { ecmaVersion: 'latest' })
    return undefined
  } catch (error) {
    const { loc, message } = error as { loc?: { line: number; column: number }; message: string }
    const reason = message.replace(/ \(\d+:\d+\)$/, '')
    if (!loc) return `SyntaxError: ${reason}`
    const lines = code.split('\n')
    const isAtEnd = loc.line - HEAD > lines.length
    const [line, column] = isAtEnd ? [lines.length, (lines.at(-1)?.length ?? 0) + 1] : [loc.line - HEAD, loc.column + 1]
    return `line ${line}, column ${column}: SyntaxError: ${reason}`
  }
}

const CELL: Options = { ecmaVersion: 'latest', allowAwaitOutsideFunction: true, allowReturnOutsideFunction: true }

/**
 * Changes code whose last statement is an expression so that it returns the value of the expression. Returns any other
 * code unchanged.
 */
export function returnLast(code: string): string {
  const last = parseStatements(code).at(-1)
  if (last?.type !== 'ExpressionStatement') return code
  const { expression } = last as Node & { expression: Node }
  return `${code.slice(0, last.start)}return (${code.slice(expression.start, expression.end)}\n)${code.slice(expression.end)}`
}

function parseStatements(code: string): readonly Node[] {
  try {
    return parse(code, CELL).body
  } catch {
    return [] // compiling it reports the error
  }
}
