import { locate } from './locate.ts'
import { findSyntaxFault } from './parser.ts'

/** The name of the code in stack frames. */
const FILE = 'code.js'

/** Runs the code once. Yields what the code yields, and returns what it returns. */
type Program = () => AsyncGenerator<unknown, unknown>

type GeneratorConstructor = new (...parts: string[]) => (...values: unknown[]) => AsyncGenerator<unknown, unknown>

const CompiledGenerator = Object.getPrototypeOf(async function* () {}).constructor as GeneratorConstructor

/**
 * Compiles the body of an asynchronous generator in strict mode. Each name of `variables` that is a valid identifier is
 * a variable of the code.
 *
 * @throws {Error} with line and column, when the code is not JavaScript
 */
export async function compile(code: string, variables: Readonly<Record<string, unknown>>): Promise<Program> {
  const names = Object.keys(variables).filter(isVariable)
  const values = names.map((name) => variables[name])
  try {
    const run = new CompiledGenerator(...names, `'use strict'\n${code}\n//# sourceURL=${FILE}`)
    return () => run.apply(undefined, values)
  } catch (error) {
    const fault = error instanceof SyntaxError ? await findSyntaxFault(code, names) : undefined
    throw fault ? new SyntaxError(fault, { cause: error }) : locate(error)
  }
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u

/** Excludes reserved words, which depend on the context. */
function isVariable(name: string): boolean {
  if (!IDENTIFIER.test(name)) return false
  try {
    return new CompiledGenerator(name, `'use strict'`) instanceof Function
  } catch {
    return false
  }
}
