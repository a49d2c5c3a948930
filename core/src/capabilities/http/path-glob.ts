/**
 * Whether a path is one that a glob means, in which `*` stands for any characters, `/` too.
 *
 * Servers differ in how they read a path: some decode `%2e%2e%2f` and go up, some cut `;…` off a segment, some take `\` for `/`.
 * So a path counts only when it matches as it is and also however often a server may decode it.
 *
 * @param pathname as `URL` gives it
 */
export function matchesPath(glob: string, pathname: string): boolean {
  let pieces = glob.split('*')
  let path = pathname
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const resolved = resolveDots(path)
    if (resolved === undefined || !matchesPieces(pieces, resolved)) return false
    const decoded = decodeAscii(path)
    if (decoded === path) return true
    path = decoded
    pieces = pieces.map(decodeAscii)
  }
  return false
}

/** A path that is encoded more often than this hides something. */
const MAX_ROUNDS = 5

/** Where a path leads; undefined when it leads above its root or no server would take it. */
function resolveDots(path: string): string | undefined {
  // oxlint-disable-next-line no-control-regex
  if (/[\0-\x1f\x7f]/.test(path)) return undefined
  const segments: string[] = []
  for (const segment of path.replaceAll('\\', '/').split('/').slice(1)) {
    const name = nameOf(segment)
    if (name === '..' && segments.pop() === undefined) return undefined
    if (name !== '..' && name !== '.') segments.push(segment)
  }
  const last = nameOf(path.split(/[\\/]/).at(-1) ?? '')
  return `/${segments.join('/')}${last === '..' || last === '.' ? '/' : ''}`
}

/** A segment without its parameters. */
function nameOf(segment: string): string {
  return segment.split(';', 1)[0] ?? ''
}

function decodeAscii(text: string): string {
  return text.replaceAll(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
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
