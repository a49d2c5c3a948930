/**
 * Whether a path is one that a glob means, in which `*` stands for any characters, `/` too.
 *
 * Servers differ in how they read a path. Paths that some servers read in a surprising way are never matched (see
 * {@link decodePath}). The remaining differences are few: whether `%2F` separates segments, whether `//` is `/`, and whether an
 * encoded `?` or `#` ends the path. The glob must match by all of these readings.
 *
 * @param pathname as `URL` gives it: with raw dot segments resolved
 */
export function matchesPath(glob: string, pathname: string): boolean {
  const path = decodePath(pathname)
  if (path === undefined) return false
  const pieces = glob.split('*').map((piece) => decode(piece) ?? piece)
  const unslashedPieces = pieces.map(unslash)
  return (
    readingsOf(path).every((reading) => matchesPieces(pieces, reading)) &&
    readingsOf(unslash(path)).every((reading) => matchesPieces(unslashedPieces, reading))
  )
}

/** Whether {@link matchesPath} can match anything: a glob must itself be a path that servers read in one way. */
export function isPathGlob(glob: string): boolean {
  return decodePath(glob.replaceAll('*', 'x')) !== undefined
}

/** Represents an encoded slash in a decoded path, which contains no other NUL. */
const SLASH = '\0'

function unslash(path: string): string {
  return path.replaceAll(SLASH, '/')
}

function readingsOf(path: string): string[] {
  return [path, path.replace(/[?#].*$/s, '')].flatMap((reading) => [reading, reading.replaceAll(/\/+/g, '/')])
}

/**
 * A path with its escapes decoded once.
 *
 * @returns undefined when some servers could read it as another path: with escapes that are not UTF-8 (`%c0%ae`), of another kind
 * (`%u002e`) or encoded twice (`%252e`); with `\`, path parameters (`;`) or control characters; with characters that some servers
 * turn into one of these; with a segment that ends in a dot or white space, which some file systems cut off, or has nothing else
 */
function decodePath(pathname: string): string | undefined {
  const path = decode(pathname)
  if (path === undefined || REFUSED.test(path)) return undefined
  if (/%([0-9a-f]{2}|u)/i.test(path.replaceAll(/\p{Cf}/gu, ''))) return undefined
  return path.split(/[/\0]/).some((segment) => isTrimmed(segment) || isFolded(segment)) ? undefined : path
}

/** @returns undefined for malformed escapes and for bytes that are not UTF-8 */
function decode(pathname: string): string | undefined {
  if (pathname.includes('%00')) return undefined
  try {
    return pathname
      .split(/%2f/i)
      .map((each) => decodeURIComponent(each))
      .join(SLASH)
  } catch {
    return undefined
  }
}

const REFUSED = /[\\;]|(?!\0)\p{Cc}|\p{Zl}|\p{Zp}/u

/** Also by a server that reads `+` as a space, or leaves out characters without width. */
function isTrimmed(segment: string): boolean {
  return segment !== '' && /(^|[.\s])\p{Cf}*$|^[\s+.\p{Cf}]*\.[\s+.\p{Cf}]*$/u.test(segment)
}

/** Characters that Windows code pages and Shift_JIS turn into a slash or backslash, though Unicode does not call them compatible. */
const BEST_FIT = /[\u2044\u2215\u2216\u29f5\u29f8\u00a5\u20a9]/

/** With a character that has a special meaning where a server replaces characters with compatible ones (NFKC). */
function isFolded(segment: string): boolean {
  return (
    BEST_FIT.test(segment) || Array.from(segment).some((each) => each > '\x7f' && /[./\\;%?#\s]/.test(each.normalize('NFKC')))
  )
}

/** The first piece begins the text, the last ends it, the others come between, in order. */
function matchesPieces(pieces: readonly string[], text: string): boolean {
  const [first = '', ...rest] = pieces
  const last = rest.pop()
  if (last === undefined) return text === first
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false
  let from = first.length
  const to = text.length - last.length
  for (const piece of rest) {
    const at = text.indexOf(piece, from)
    if (at < 0 || at + piece.length > to) return false
    from = at + piece.length
  }
  return true
}
