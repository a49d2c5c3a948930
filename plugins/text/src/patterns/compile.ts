import { z } from 'zod'

export const patternPins = {
  pattern: z
    .string()
    .min(1)
    .meta({
      description: 'A regular expression in the syntax of JavaScript. Groups may have names: (?<year>\\d{4}).',
      examples: ['(?<year>\\d{4})-(?<month>\\d\\d)'],
    }),
  case_sensitive: z.boolean().default(true).describe('Whether upper case and lower case differ.'),
  multi_line: z.boolean().default(false).describe('Whether ^ and $ match at the start and end of each line.'),
  dot_all: z.boolean().default(false).describe('Whether "." also matches line breaks.'),
}

type PatternPins = z.output<z.ZodObject<typeof patternPins>>

/**
 * Compiles a global regular expression. A pattern that backtracks without end is stopped by the CPU limit of the block.
 *
 * @throws {Error} when the pattern is not valid
 */
export function compile({ pattern, case_sensitive, multi_line, dot_all }: PatternPins): RegExp {
  const flags = `g${case_sensitive ? '' : 'i'}${multi_line ? 'm' : ''}${dot_all ? 's' : ''}`
  // Python writes (?P<name>…) and (?P=name).
  const source = pattern.replace(
    /(\\[^])|\(\?P(<\w+>)|\(\?P=(\w+)\)/g,
    (_, escape?: string, name?: string, reference?: string) => {
      if (escape !== undefined) return escape
      return name === undefined ? `\\k<${reference}>` : `(?${name}`
    },
  )
  // Without `u`, a pattern may escape characters that are not special.
  return tryCompile(source, `${flags}u`) ?? tryCompile(source, flags) ?? fail(source, pattern, `${flags}u`)
}

function tryCompile(source: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(source, flags)
  } catch {
    return undefined
  }
}

function fail(source: string, pattern: string, flags: string): never {
  try {
    new RegExp(source, flags)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replace(/^Invalid regular expression: .*?\/\w*: /s, '') : String(cause)
    throw new Error(`pattern must be a regular expression, got ${JSON.stringify(pattern.slice(0, 100))}: ${reason}`, { cause })
  }
  throw new Error('unreachable')
}
