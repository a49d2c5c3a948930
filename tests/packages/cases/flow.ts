import type { PackageCase } from '../case.ts'

/** Asynchronous code, events, streams and HTTP. */
export const flowCases: readonly PackageCase[] = [
  [
    'minipass',
    `import { Minipass } from 'minipass'`,
    `(() => { const stream = new Minipass({ encoding: 'utf8' }); stream.write('a'); stream.end('b'); return stream.concat() })()`,
    'ab',
  ],
  [
    'readable-stream',
    `import { Readable, Transform } from 'readable-stream'`,
    `Readable.from(['a', 'b']).pipe(new Transform({ transform: (chunk, _, next) => next(null, String(chunk).toUpperCase()) })).toArray().then((all) => all.map(String))`,
    ['AB'],
  ],
  [
    'p-limit',
    `import pLimit from 'p-limit'`,
    `(async () => { const limit = pLimit(1); const seen = []; await Promise.all([3, 1].map((n) => limit(async () => { await new Promise((end) => setTimeout(end, n)); seen.push(n) }))); return seen })()`,
    [3, 1],
  ],
  ['p-locate', `import pLocate from 'p-locate'`, `pLocate([1, 2, 3], async (n) => n > 1)`, 2],
  [
    'get-stream',
    `import getStream from 'get-stream'\nimport { Readable } from 'readable-stream'`,
    `getStream(Readable.from(['a', 'b']))`,
    'ab',
  ],
  [
    'form-data',
    `import FormData from 'form-data'`,
    `(async () => { const form = new FormData(); form.append('a', 'b'); return (await new Response(form).text()).includes('name="a"\\r\\n\\r\\nb\\r\\n') })()`,
    true,
  ],
  [
    'is-stream',
    `import { isReadableStream } from 'is-stream'\nimport { Readable } from 'readable-stream'`,
    `[isReadableStream(Readable.from(['a'])), isReadableStream({})]`,
    [true, false],
  ],
  [
    'yocto-queue',
    `import Queue from 'yocto-queue'`,
    `(() => { const queue = new Queue(); queue.enqueue(1); queue.enqueue(2); return [queue.dequeue(), queue.size] })()`,
    [1, 1],
  ],
  [
    'onetime',
    `import onetime from 'onetime'`,
    `(() => { let n = 0; const f = onetime(() => ++n); return [f(), f(), onetime.callCount(f)] })()`,
    [1, 1, 2],
  ],
  [
    'eventemitter3',
    `import { EventEmitter } from 'eventemitter3'`,
    `(() => { const seen = []; const emitter = new EventEmitter(); emitter.once('a', (x) => seen.push(x)); emitter.emit('a', 1); emitter.emit('a', 2); return seen })()`,
    [1],
  ],
  ['pify', `import pify from 'pify'`, `pify((x, done) => done(null, x + 1))(1)`, 2],
  [
    'fastq',
    `import fastq from 'fastq'`,
    `(async () => { const queue = fastq.promise(async (n) => n * 2, 1); return Promise.all([queue.push(1), queue.push(2)]) })()`,
    [2, 4],
  ],
  [
    'keyv',
    `import Keyv from 'keyv'`,
    `(async () => { const keyv = new Keyv(); await keyv.set('a', { b: 1 }); return [await keyv.get('a'), await keyv.delete('a'), (await keyv.get('a')) ?? null] })()`,
    [{ b: 1 }, true, null],
  ],
  [
    'axios',
    `import axios from 'axios'`,
    `(async () => { const fetch = async (request) => new Response(JSON.stringify({ url: request.url ?? String(request), method: request.method }), { headers: { 'content-type': 'application/json' } }); const { data, status } = await axios.create({ adapter: 'fetch', env: { fetch, Request, Response } }).post('https://a.example/b', { c: 1 }, { params: { d: 2 } }); return [status, data] })()`,
    [200, { url: 'https://a.example/b?d=2', method: 'POST' }],
  ],
  [
    'run-parallel',
    `import parallel from 'run-parallel'`,
    `new Promise((end) => parallel([(done) => setTimeout(() => done(null, 1), 2), (done) => done(null, 2)], (error, all) => end(all)))`,
    [1, 2],
  ],
  [
    'once',
    `import once from 'once'`,
    `(() => { let n = 0; const f = once(() => ++n); f(); f(); return [n, f.called] })()`,
    [1, true],
  ],
  [
    'asynckit',
    `import asynckit from 'asynckit'`,
    `new Promise((end) => asynckit.parallel([1, 2], (n, done) => setTimeout(() => done(null, n * 2), 1), (error, all) => end(all)))`,
    [2, 4],
  ],
  [
    'merge2',
    `import merge2 from 'merge2'\nimport { Readable } from 'readable-stream'`,
    `(async () => { const all = []; for await (const each of merge2([Readable.from(['a']), Readable.from(['b'])], { objectMode: true })) all.push(String(each)); return all })()`,
    ['a', 'b'],
  ],
  [
    'retry',
    `import retry from 'retry'`,
    `new Promise((end) => { const operation = retry.operation({ retries: 2, minTimeout: 1, maxTimeout: 2 }); operation.attempt((n) => { if (!operation.retry(n < 3 ? new Error('no') : undefined)) end(n) }) })`,
    3,
  ],
  [
    'combined-stream',
    `import CombinedStream from 'combined-stream'\nimport { PassThrough, Readable } from 'readable-stream'`,
    `(async () => { const stream = CombinedStream.create(); stream.append('a'); stream.append(Buffer.from('b')); const out = new PassThrough(); stream.pipe(out); let all = ''; for await (const each of out) all += each; return all })()`,
    'ab',
  ],
  [
    'rxjs',
    `import { firstValueFrom, from, map, toArray } from 'rxjs'`,
    `firstValueFrom(from([1, 2]).pipe(map((n) => n * 2), toArray()))`,
    [2, 4],
  ],
  ['p-map', `import pMap from 'p-map'`, `pMap([1, 2, 3], async (n) => n * 2, { concurrency: 2 })`, [2, 4, 6]],
  ['async', `import async from 'async'`, `async.mapLimit([1, 2, 3], 2, async (n) => n + 1)`, [2, 3, 4]],
]
