/**
 * Compiles a regular expression as graphs carry it, in Python's notation: `(?P<name>…)`, `(?P=name)`, `\A`, `\Z`, flags in
 * front such as `(?i)`, and a `$` that also matches before a line break at the very end.
 *
 * @throws {Error} when it is no regular expression
 */
export function parsePattern(pattern: string, { caseSensitive, dotAll }: { caseSensitive: boolean; dotAll: boolean }): RegExp {
  const flags = new Set(caseSensitive ? ['g'] : ['g', 'i'])
  if (dotAll) flags.add('s')
  const body = pattern.replace(/^\(\?([aimsu]+)\)/, (_, letters: string) => {
    for (const letter of letters) if ('ims'.includes(letter)) flags.add(letter)
    return ''
  })
  return compile(pattern, translate(body, flags.has('m')), [...flags].join(''))
}

// A character class or an escaped character is one piece, so that what looks like a `$` inside it stays.
const PIECES = /\[\^?\]?(?:\\[^]|[^\]\\])*\]|\\[^]|\(\?P<|\(\?P=(\w+)\)|\$/g

function translate(pattern: string, multiLine: boolean): string {
  return pattern.replace(PIECES, (piece, name: string | undefined) => {
    if (name !== undefined) return `\\k<${name}>`
    if (piece === '(?P<') return '(?<'
    if (piece === '\\A') return '(?<![^])'
    if (piece === '\\Z') return '(?![^])'
    if (piece.startsWith('[')) return piece.replace(/^(\[\^?)\]/, '$1\\]')
    return piece === '$' && !multiLine ? '(?=\\n?(?![^]))' : piece
  })
}

function compile(pattern: string, source: string, flags: string): RegExp {
  try {
    return new RegExp(source, `${flags}u`)
  } catch {
    // Python accepts escapes such as `\-` that JavaScript allows only without the flag `u`; a wrong pattern fails below.
  }
  try {
    return new RegExp(source, flags)
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(': ').at(-1) : String(error)
    throw new Error(`expected a regular expression, got ${JSON.stringify(pattern.slice(0, 100))}: ${reason}`, { cause: error })
  }
}
