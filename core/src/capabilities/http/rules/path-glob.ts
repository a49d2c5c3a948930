/**
 * Whether a glob matches a path. `*` matches any characters, including `/`.
 *
 * Servers interpret paths in different ways. Paths that some servers interpret in a surprising way never match (see
 * {@link decodePath}). Few differences remain: whether `%2F` separates segments, whether `//` equals `/`, and whether
 * an encoded `?` or `#` ends the path. The glob must match under each of these interpretations.
 *
 * @param pathname as `URL` returns it, with raw dot segments resolved
 */
export function matchesPath(glob: string, pathname: string): boolean {
  const path = decodePath(pathname)
  if (path === undefined) return false
  const pieces = glob.split('*').map((piece) => decode(piece) ?? piece)
  const unslashedPieces = pieces.map(unslash)
  return (
    listReadings(path).every((reading) => matchesPieces(pieces, reading)) &&
    listReadings(unslash(path)).every((reading) => matchesPieces(unslashedPieces, reading))
  )
}

/** Whether {@link matchesPath} can match anything. A glob must be a path that all servers interpret in the same way. */
export function isPathGlob(glob: string): boolean {
  return decodePath(glob.replaceAll('*', 'x')) !== undefined
}

/** Represents an encoded slash in a decoded path, which contains no other NUL. */
const SLASH = '\0'

function unslash(path: string): string {
  return path.replaceAll(SLASH, '/')
}

function listReadings(path: string): string[] {
  return [path, withoutQuery(path)].flatMap((reading) => [reading, reading.replaceAll(/\/+/g, '/')])
}

/** Cuts the text at its first `?` or `#`. */
function withoutQuery(text: string): string {
  return text.replace(/[?#].*$/s, '')
}

/**
 * Decodes the escapes of a path once.
 *
 * @returns undefined when some servers could interpret the path as another one. Such a path has
 * - escapes that are not UTF-8 (`%c0%ae`), not standard (`%u002e`) or encoded twice (`%252e`)
 * - `\`, path parameters (`;`) or control characters, or characters that some servers convert to one of these
 * - a segment that ends in a dot or white space, which some file systems remove, or that consists of them, also before
 *   an encoded `?` or `#`
 */
function decodePath(pathname: string): string | undefined {
  const path = decode(pathname)
  if (path === undefined || REFUSED.test(path)) return undefined
  if (/%([0-9a-f]{2}|u)/i.test(path.replaceAll(/[\p{Cf}\p{DI}]/gu, ''))) return undefined
  const isAmbiguous = (segment: string): boolean =>
    mayBeTrimmed(segment) || mayBeTrimmed(withoutQuery(segment)) || mayBeFolded(segment)
  return path.split(/[/\0]/).some(isAmbiguous) ? undefined : path
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

/** Whether a server may shorten the segment. Some servers read `+` as a space, or remove characters without width. */
function mayBeTrimmed(segment: string): boolean {
  return segment !== '' && /(^|[.\s])[\p{Cf}\p{DI}]*$|^[\s+.\p{Cf}\p{DI}]*\.[\s+.\p{Cf}\p{DI}]*$/u.test(segment)
}

/** Characters that Windows code pages and Shift_JIS convert to a slash or backslash. NFKC does not. */
const BEST_FIT = /[\u2044\u2215\u2216\u29f5\u29f8\u00a5\u20a9]/

/** Whether the segment has a character that a server may convert to a special one, by NFKC or a code page. */
function mayBeFolded(segment: string): boolean {
  return (
    BEST_FIT.test(segment) ||
    BEST_FIT.test(segment.normalize('NFKC')) ||
    Array.from(segment).some((each) => each > '\x7f' && /[./\\;%?#\s]/.test(each.normalize('NFKC')))
  )
}

/** Whether the text starts with the first piece, ends with the last, and has the others between them in order. */
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
