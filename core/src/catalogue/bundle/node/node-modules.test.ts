import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { bundlePackage, createDraftBundler } from '../index.ts'
import { createGuestEvaluator, type GuestEvaluator } from '../../../testing/guest-evaluator.ts'
import { writeTestPackage, type TestPackage } from '../../../testing/test-package.ts'

let guest: GuestEvaluator
const written: TestPackage[] = []
beforeAll(async () => {
  guest = await createGuestEvaluator()
})
afterEach(() => Promise.all(written.splice(0).map((each) => each.remove())))
afterAll(() => guest.close())

async function run(...given: Parameters<typeof writeTestPackage>): Promise<unknown> {
  const made = await writeTestPackage(...given)
  written.push(made)
  const { bundle } = await bundlePackage(made.source)
  return guest.start(bundle, 'code').value
}

/** For each module, its import, an expression, and the value. */
const USES: Record<string, readonly [names: string, use: string, value: unknown]> = {
  assert: [
    'assert, { AssertionError }',
    `(() => { try { assert.deepEqual([new Map([[1, 2]])], [new Map([[1, 3]])]) } catch (error) { return error instanceof AssertionError } })()`,
    true,
  ],
  'assert/strict': ['{ equal }', `(() => { try { equal(1, '1') } catch (error) { return error.code } })()`, 'ERR_ASSERTION'],
  async_hooks: [
    '{ AsyncLocalStorage }',
    `(() => { const s = new AsyncLocalStorage(); return [s.run(1, () => s.run(2, () => s.getStore()) + s.getStore()), s.getStore() ?? null] })()`,
    [3, null],
  ],
  buffer: ['{ Buffer as B, isUtf8 }', `[B === Buffer, isUtf8(B.from([255]))]`, [true, false]],
  crypto: [
    '{ createHash, createHmac, randomBytes, randomInt, timingSafeEqual, scryptSync, pbkdf2Sync }',
    `[createHash('md5').update('a').update('b').digest('hex'), createHmac('sha256', 'k').update('a').digest('base64url'), randomBytes(3).length, randomInt(1), timingSafeEqual(Buffer.from('a'), Buffer.from('a')), scryptSync('p', 's', 4, { N: 16 }).toString('hex'), pbkdf2Sync('p', 's', 2, 4, 'sha1').toString('hex')]`,
    ['187ef4436122d1cc2f40dc2b92f0eba0', 'eNqRUR5nVYf1ud94vt669VYNoqu4gWLuh13N90SVHZ4', 3, 0, true, '4efe92b5', 'ea4b66d4'],
  ],
  events: [
    'EventEmitter, { once }',
    `(() => { const e = new EventEmitter(); const all = []; e.on('a', (x) => all.push(x)); e.emit('a', 1); return [all, EventEmitter.once === once] })()`,
    [[1], true],
  ],
  os: ['{ EOL, cpus, hostname }', `[EOL, cpus(), hostname()]`, ['\n', [], '']],
  path: ['{ join, extname, win32 }', `[join('a', '..', 'b'), extname('a.tar.gz'), win32.basename('a\\\\b')]`, ['b', '.gz', 'b']],
  punycode: ['{ toASCII }', `toASCII('ü.example')`, 'xn--tda.example'],
  querystring: ['{ parse, stringify }', `[{ ...parse('a=1&a=2') }, stringify({ b: 'ü' })]`, [{ a: ['1', '2'] }, 'b=%C3%BC']],
  stream: [
    'Stream, { Readable, Transform, pipeline }',
    `await new Promise((end) => { const out = []; pipeline(Readable.from(['a', 'b']), new Transform({ transform(c, _, next) { next(null, c + '!') } }), async (parts) => { let all = ''; for await (const part of parts) all += part; out.push(all) }, (error) => end([error ?? null, out, typeof Stream])) })`,
    [null, ['a!b!'], 'function'],
  ],
  'stream/consumers': ['{ text, json }', `[await text(['a', Buffer.from('ü')]), await json(['{"a":', '1}'])]`, ['aü', { a: 1 }]],
  'stream/promises': ['{ finished, pipeline }', `[typeof finished, typeof pipeline]`, ['function', 'function']],
  string_decoder: [
    '{ StringDecoder }',
    `(() => { const d = new StringDecoder('utf8'); return d.write(Buffer.from([0xc3])) + d.end(Buffer.from([0xbc])) })()`,
    'ü',
  ],
  'timers/promises': ['{ setTimeout as wait }', `await wait(1, 'a')`, 'a'],
  url: [
    '{ parse, URL as U, fileURLToPath }',
    `[parse('http://a.example/b?c=d').query, U === URL, fileURLToPath('file:///a%20b')]`,
    ['c=d', true, '/a b'],
  ],
  util: [
    'util, { inspect, promisify, isDeepStrictEqual, inherits }',
    `[inspect({ a: new Set([1]) }), util.format('%s: %d %j', 'a', 1, {}), await promisify((x, done) => done(null, x + 1))(1), isDeepStrictEqual([new Date(0)], [new Date(0)]), isDeepStrictEqual([0], [-0])]`,
    ['{ a: Set(1) { 1 } }', 'a: 1 {}', 2, true, false],
  ],
  'util/types': [
    '{ isPromise, isTypedArray }',
    `[isPromise(Promise.resolve()), isTypedArray(new DataView(new ArrayBuffer(1)))]`,
    [true, false],
  ],
  zlib: [
    '{ gzipSync, gunzipSync, inflateRawSync, deflateRawSync, createGunzip }',
    `[gunzipSync(gzipSync('ü')).toString(), inflateRawSync(deflateRawSync('a')).toString(), await new Promise((end) => createGunzip().on('data', (data) => end(String(data))).end(gzipSync('b')))]`,
    ['ü', 'a', 'b'],
  ],
}

describe('a module of Node without authority', () => {
  it.each(Object.entries(USES))('%s works', async (name, [names, use, value]) => {
    const module = `import ${names} from 'node:${name}'\nexport const use = async () => ${use}`
    expect(await run(`const { use } = await import('./use.js'); yield ['out', await use()]`, '', { 'use.js': module })).toEqual(
      value,
    )
  })

  it('is what a CommonJS module requires', async () => {
    const dependency = `const [assert, events, path, stream, util] = [require('assert'), require('events'), require('path'), require('stream'), require('util')]
      function Old() { events.call(this) }
      util.inherits(Old, events)
      exports.all = [typeof assert, new Old() instanceof events.EventEmitter, path.sep, typeof stream.Readable, new stream.PassThrough() instanceof stream, util.inspect('a'), require('buffer').Buffer === Buffer, require('process') === process]`
    const value = await run(`yield ['out', all]`, `import { all } from 'dep'`, { 'node_modules/dep/index.js': dependency })
    expect(value).toEqual(['function', true, '/', 'function', true, "'a'", true, true])
  })

  it('has precedence over a package of its name, but not over the field "browser"', async () => {
    const files = {
      'node_modules/path/index.js': `exports.sep = 'package'`,
      'node_modules/dep/index.js': `exports.all = [require('path').sep, require('url'), require('os')]`,
      'node_modules/dep/package.json': JSON.stringify({ name: 'dep', browser: { url: './other.js', os: false } }),
      'node_modules/dep/other.js': `module.exports = 'other'`,
    }
    expect(await run(`yield ['out', all]`, `import { all } from 'dep'`, files)).toEqual(['/', 'other', {}])
  })

  it.each([
    ['createCipheriv', 'crypto.subtle for AES-GCM, or a package such as @noble/ciphers'],
    ['generateKeyPairSync', 'a package such as @noble/curves'],
  ])('crypto.%s names what to use instead', async (name, instead) => {
    const use = `try { crypto.${name}('a') } catch (error) { yield ['out', error.message] }`
    expect(await run(use, `import crypto from 'node:crypto'`)).toContain(`is not available in a sandbox: use ${instead}`)
  })

  it('is bundled by a confined bundler', async () => {
    const top = `import { createHash } from 'node:crypto'`
    const value = await run(`yield ['out', createHash('sha1').update('a').digest('hex')]`, top, {}, 'PACKAGE')
    expect(value).toBe('86f7e437faa5a7fce15d1ddcb9eaeaea377667b8')
  })
})

describe('a module of Node with authority', () => {
  const DEPENDENCY = `const fs = require('fs'), http = require('node:http')
class Agent extends http.Agent {}
fs.patched = () => 'patched'
exports.read = () => fs.promises.readFile('a')
exports.agent = () => new Agent()
exports.seen = [typeof fs.readFile, fs.constants.R_OK, fs.patched()]
import('net').then((net) => (exports.net = typeof net.connect))`

  it('is an error in a file of the plugin', async () => {
    await expect(run('', `import { readFile } from 'fs'`)).rejects.toMatchObject({
      code: 'PLUGIN_LOAD_FAILED',
      message:
        'index.js:3:26: "fs" is a Node module, which a sandbox does not have: use context.files, with the capability "files"; import the text of a file of the package with { type: "text" }',
    })
  })

  it('is a stand-in in a dependency, which throws where it is called', async () => {
    const files = { 'node_modules/dep/index.js': DEPENDENCY }
    const top = `import dep, { seen } from 'dep'`
    expect(await run(`yield ['out', [...seen, dep.net]]`, top, files)).toEqual(['function', 4, 'patched', 'function'])
    await expect(run(`yield ['out', dep.read()]`, top, files)).rejects.toMatchObject({
      message:
        'fs.promises.readFile is not available in a sandbox: use context.files, with the capability "files"; import the text of a file of the package with { type: "text" }',
      details: { stack: expect.stringMatching(/^ {4}at exports\.read /) },
    })
    await expect(run(`yield ['out', dep.agent()]`, top, files)).rejects.toThrow(
      /^http\.Agent is not available in a sandbox: use context\.fetch/,
    )
  })

  it('gives a warning with the position of the import in the dependency', async () => {
    const made = await writeTestPackage('', `import 'dep'`, { 'node_modules/dep/index.js': DEPENDENCY })
    written.push(made)
    const bundler = createDraftBundler(made.source)
    const { warnings } = await bundler.bundle()
    bundler.close()
    expect(warnings.map(({ path, message }) => [path, message.split(',')[0]])).toEqual([
      ['node_modules/dep/index.js:1:20', '"fs" is a Node module'],
      ['node_modules/dep/index.js:1:42', '"node:http" is a Node module'],
      ['node_modules/dep/index.js:7:8', '"net" is a Node module'],
    ])
  })
})

describe('entries of zod', () => {
  it('fit together', async () => {
    const top = `import * as mini from 'zod/mini'; import { z as again } from 'zod/v4'; import { globalRegistry, $ZodType } from 'zod/v4/core'; import en from 'zod/v4/locales/en.js'; import { en as same } from 'zod/locales'; import { z as v3 } from 'zod/v3'; import * as v4mini from 'zod/v4/mini'`
    const body = `const schema = z.object({ a: mini.string() }); yield ['out', [schema instanceof $ZodType, schema.safeParse({ a: 1 }).success, mini.toJSONSchema(schema).type,
      typeof en().localeError, en().localeError.name === same().localeError.name, globalRegistry === z.globalRegistry, again === z, v4mini.string === mini.string, v3.string().safeParse(1).success, mini.deepPartial(mini.object({ a: mini.string() })).safeParse({}).success]]`
    expect(await run(body, top)).toEqual([true, false, 'object', 'function', true, true, true, true, false, true])
  })

  it('that the host does not provide are rejected with a list', async () => {
    await expect(run('', `import 'zod/v4/locales/de.js'`)).rejects.toThrow(
      /^index\.js:3:8: "zod\/v4\/locales\/de\.js" is not available in a sandbox, which provides zod, zod\/locales, /,
    )
  })
})
