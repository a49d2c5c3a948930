import { Script } from 'node:vm'

/** The generated lines before the code. */
const HEAD = 1

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
