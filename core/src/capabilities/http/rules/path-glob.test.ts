import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPathGlob, matchesPath } from './path-glob.ts'

/** Transformations of paths in servers, frameworks and file systems. A lenient server may apply them in any order. */
const STEPS: ((path: string) => string)[] = [
  (path) => fromBytes(decodeBytes(path), 'utf8'),
  (path) => fromBytes(decodeBytes(path), 'overlong'),
  (path) => fromBytes(decodeBytes(path), 'latin1'),
  (path) => path.replaceAll(/%u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
  (path) => path.normalize('NFKC'),
  (path) => path.replaceAll(/[\u2215\u2044]/g, '/').replaceAll(/[\u2216\u00a5]/g, '\\'),
  (path) => path.replaceAll('\\', '/'),
  (path) => path.replaceAll(/;[^/]*/g, ''),
  (path) => path.replaceAll(/[\0?#].*$/gs, ''),
  (path) => path.replaceAll(/[\t\r\n\u200b]/g, ''),
  (path) => path.replaceAll(/(?<=[^/.\s])[.\s]+(?=\/|$)/g, '').replaceAll(/(?<=\.\.?)[\s+]+(?=\/|$)|(?<=\/)[\s+]+(?=\.)/g, ''),
  (path) => path.replaceAll(/\/+/g, '/'),
  resolveDots,
]

function decodeBytes(path: string): number[] {
  const bytes = [...Buffer.from(path)]
  const decoded: number[] = []
  for (let i = 0; i < bytes.length; i++) {
    const digits = String.fromCharCode(bytes[i + 1] ?? 0, bytes[i + 2] ?? 0)
    const isEscape = bytes[i] === 0x25 && /^[0-9a-f]{2}$/i.test(digits)
    decoded.push(isEscape ? Number.parseInt(digits, 16) : (bytes[i] ?? 0))
    if (isEscape) i += 2
  }
  return decoded
}

function fromBytes(bytes: number[], as: 'utf8' | 'latin1' | 'overlong'): string {
  if (as !== 'overlong') return Buffer.from(bytes).toString(as)
  const text = Buffer.from(bytes).toString('latin1')
  return text
    .replaceAll(/[\xe0\xf0]\x80?[\x80-\xbf][\x80-\xbf]/g, (all) => String.fromCharCode(lowBits(all.slice(-2))))
    .replaceAll(/[\xc0-\xc3][\x80-\xbf]/g, (all) => String.fromCharCode(lowBits(all)))
}

function lowBits(two: string): number {
  return ((two.charCodeAt(0) & 0x1f) << 6) | (two.charCodeAt(1) & 0x3f)
}

function resolveDots(path: string): string {
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '.') segments.push(segment)
  }
  return `/${segments.join('/').replace(/^\//, '')}`
}

const PIECES = [
  'a|b|secret|.txt|/|//|public|e|2e|é|+|%|%2|%25|%25c0%25ae',
  '.|..|...|%2e|%2E%2e|%252e|%c0%ae|%e0%80%ae|%uff0e|%u002e|%ef%bc%8e|．|․|‥|…',
  '%2f|%252f|%c0%af|%u2215|∕|／|\\|%5c|%c1%9c|＼|¥|;|;x=1|%3b|；|%3f|?|%23',
  '%20| |%09|%0a|%0d|%00|%7f|%85|%e9|%e2%80%8b|\u00a0',
]
const piece = fc.constantFrom(...PIECES.flatMap((line) => line.split('|')))
const globs = fc.constantFrom('/repos/*', '/a/*/b', '/files/*.txt', '/a/b', '/*/public', '/a*b', '/g/*%2Fx', '/x/*/y/*')

/** Paths made from a glob by replacing its stars. Most of them match the glob literally. */
const attacks = fc
  .tuple(globs, fc.array(fc.array(piece, { maxLength: 7 }), { minLength: 3, maxLength: 3 }))
  .map(([glob, fills]) => ({
    glob,
    path: glob.split('*').reduce((all, next, i) => `${all}${(fills[i - 1] ?? []).join('')}${next}`),
  }))

describe('a path that a glob matches', () => {
  it('stays inside the glob under every interpretation of a lenient server', () => {
    let matched = 0
    fc.assert(
      fc.property(attacks, fc.array(fc.constantFrom(...STEPS), { maxLength: 8 }), ({ glob, path }, steps) => {
        if (!URL.canParse(`http://h${path}`)) return
        const { pathname } = new URL(`http://h${path}`)
        if (!matchesPath(glob, pathname)) return
        matched++
        const read = steps.reduce((reading, step) => step(reading), pathname)
        expect(isInside(glob, read), `${glob}: ${pathname} is read as ${JSON.stringify(read)}`).toBe(true)
      }),
      { numRuns: 20_000 },
    )
    expect(matched).toBeGreaterThan(1000)
  })
})

/** Whether an interpretation of a path matches the glob, or the glob with decoded escapes. */
function isInside(glob: string, read: string): boolean {
  return [glob, decodeURIComponent(glob)].some((each) =>
    new RegExp(`^${each.split('*').map(RegExp.escape).join('.*')}$`, 's').test(read),
  )
}

describe('matches a path', () => {
  it.each([
    ['/repos/*', '/repos/a/b'],
    ['/repos/*', '/repos//a'],
    ['/repos/*', '/repos/.github'],
    ['/repos/*', '/repos/v1.0'],
    ['/repos/*', '/repos/C++'],
    ['/repos/*', '/repos/100%25'],
    ['/repos/*', '/repos/what%3F'],
    ['/repos/*', '/repos/日本語/%E6%9C%AC'],
    ['/repos/*', '/repos/a%20b+c'],
    ['/repos/*', '/repos/a:b@c,d=e&f!g(h)'],
    ['/api/*', '/api/projects/group%2Fname'],
    ['/api/*%2Fname', '/api/group%2fname'],
    ['/café/*', '/caf%C3%A9/x'],
    ['/v1.*', '/v1.2'],
  ])('by %s: %s', (glob, path) => {
    expect(matchesPath(new URL(`http://h${glob}`).pathname, new URL(`http://h${path}`).pathname)).toBe(true)
  })
})

describe('does not match a path', () => {
  it.each([
    ['/repos/*', '/repos/%c0%ae%c0%ae/users'],
    ['/repos/*', '/repos/%e0%80%ae%e0%80%ae/users'],
    ['/repos/*', '/repos/%uff0e%uff0e/users'],
    ['/repos/*', '/repos/．．/users'],
    ['/repos/*', '/repos/‥/users'],
    ['/repos/*', '/repos/..%20/users'],
    ['/repos/*', '/repos/%20../users'],
    ['/repos/*', '/repos/..+/users'],
    ['/repos/*', '/repos/..%09/users'],
    ['/repos/*', '/repos/..%00/users'],
    ['/repos/*', '/repos/.%e2%80%8b./users'],
    ['/repos/*', '/repos/.../users'],
    ['/repos/*', '/repos/a./users'],
    ['/repos/*', '/repos/..%23'],
    ['/repos/*', '/repos/%2e%23'],
    ['/repos/*', '/repos/..%3f/users'],
    ['/repos/*', '/repos/a.%23'],
    ['/repos/*', '/repos/..%EF%B8%8F/users'],
    ['/repos/*', '/repos/.%EF%B8%8F.%EF%B8%8F/users'],
    ['/repos/*', '/repos/..%EF%BF%A5..%EF%BF%A5users'],
    ['/repos/*', '/repos/..∕users'],
    ['/repos/*', '/repos/..¥users'],
    ['/repos/*', '/repos/%252f..%252fusers'],
    ['/repos/*', '/repos/%252%e2%80%8bf'],
    ['/repos/*', '/repos/caf%E9'],
    ['/files/*.txt', '/files/secret;.txt'],
    ['/files/*.txt', '/files/secret%3f.txt'],
    ['/files/*.txt', '/files/secret%23.txt'],
    ['/a/*/b', '/a//b'],
    ['/a/*/b', '/a/%e2%80%8b/b'],
    ['/a/b', '/a%2Fb'],
    ['/a%2Fb', '/a/b'],
  ])('by %s: %s', (glob, path) => {
    expect(matchesPath(glob, new URL(`http://h${path}`).pathname)).toBe(false)
  })
})

it.each(['/a;b/*', '/a%5cb', '/a%c0%ae/*', '/a%252f/*', '/x./*', '/x%00*'])(
  '%s is not a glob, because servers interpret it in different ways',
  (glob) => {
    expect(isPathGlob(glob)).toBe(false)
  },
)
