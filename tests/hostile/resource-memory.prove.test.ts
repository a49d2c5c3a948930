import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHostileWorker, type HostileWorker } from './hostile-worker.ts'
import { toBundle } from './plugin-source.ts'
import { SMALL_LIMITS, createTrack, type ResourceAttempt } from './resource-attempts.ts'

let worker: HostileWorker
beforeAll(async () => {
  worker = await startHostileWorker(SMALL_LIMITS)
})
afterAll(() => worker.close())

const MEMORY = ['MEMORY_LIMIT', 'CPU_LIMIT', 'TIMEOUT']
const OWN = ['BLOCK_FAILED', ...MEMORY]

const ATTEMPTS: Record<string, ResourceAttempt> = {
  'an array that grows': { run: `const all = []; for (;;) all.push(new Array(1000).fill(1))`, ends: MEMORY },
  'an array that grows between awaits': {
    run: `const all = []; for (;;) { all.push(new Array(1000).fill(1)); await null }`,
    ends: MEMORY,
  },
  'an array that grows from timer to timer': {
    run: `const all = []; for (;;) { for (let i = 0; i < 100; i++) all.push(new Array(1000).fill(i)); await new Promise((r) => setTimeout(r, 1)) }`,
    ends: MEMORY,
  },
  'a sparse array made dense': { run: `const a = []; a[1e8] = 1; a.fill(1)`, ends: OWN },
  'a map that grows': { run: `const m = new Map(); for (let i = 0; ; i++) m.set(i, { i })`, ends: OWN },
  'a set of texts': { run: `const s = new Set(); for (let i = 0; ; i++) s.add('text ' + i)`, ends: OWN },
  'a chain of objects': { run: `let o = {}; for (;;) o = { o }`, ends: MEMORY },
  closures: { run: `const all = []; for (;;) { const big = new Array(100).fill(1); all.push(() => big) }`, ends: MEMORY },
  'properties of one object': { run: `const o = {}; for (let i = 0; ; i++) o['key' + i] = i`, ends: MEMORY },
  symbols: { run: `const o = {}; for (let i = 0; ; i++) o[Symbol(i)] = i`, ends: MEMORY },
  'symbols of the registry': {
    run: `const all = []; for (let i = 0; ; i++) all.push(Symbol.for('x'.repeat(1000) + i))`,
    ends: MEMORY,
  },
  'one long text': { run: `let s = 'x'; for (;;) { s += s; s.charCodeAt(s.length - 1) }`, ends: OWN },
  'a text repeated': {
    run: `const all = []; for (let i = 0; ; i++) { const s = ('x' + i).repeat(1e6); s.charCodeAt(5); all.push(s.split('').join('y')) }`,
    ends: OWN,
  },
  'a text replaced by longer ones': { run: `let s = 'aa'; for (;;) s = s.replace(/a/g, 'aaaa')`, ends: OWN },
  'an array buffer': { run: `new Uint8Array(2e9).fill(1)`, ends: OWN },
  'many array buffers': { run: `const all = []; for (;;) all.push(new Uint8Array(1e6).fill(1))`, ends: OWN },
  'many array buffers, with retries after failures': {
    run: `const all = []; for (;;) { try { all.push(new Uint8Array(1e6).fill(1)) } catch { await null } }`,
    ends: OWN,
  },
  'a resizable buffer that grows': {
    run: `const b = new ArrayBuffer(1, { maxByteLength: 1e9 }); b.resize(1e9); new Uint8Array(b).fill(1)`,
    ends: [...OWN, undefined],
  },
  'shared buffers': { run: `const all = []; for (;;) all.push(new Uint8Array(new SharedArrayBuffer(1e6)).fill(1))`, ends: OWN },
  'a growable shared buffer': {
    run: `const b = new SharedArrayBuffer(1, { maxByteLength: 1e9 }); b.grow(1e9); new Uint8Array(b).fill(1)`,
    ends: [...OWN, undefined],
  },
  'typed arrays of doubles': { run: `const all = []; for (;;) all.push(new Float64Array(1e5).map(() => 0.5))`, ends: OWN },
  'the memory of WebAssembly': {
    run: `const all = []; for (;;) { const m = new WebAssembly.Memory({ initial: 1000 }); new Uint8Array(m.buffer).fill(1); all.push(m) }`,
    ends: OWN,
  },
  'the tables of WebAssembly': {
    run: `const all = []; for (;;) all.push(new WebAssembly.Table({ initial: 1e7, element: 'externref' }))`,
    ends: OWN,
  },
  'a BigInt': { run: `let b = 3n; for (;;) b **= 3n`, ends: OWN },
  'regular expressions': {
    run: `const all = []; for (let i = 0; ; i++) { const r = new RegExp('(a|b' + i + '){1,900}'); r.test('a'.repeat(99)); all.push(r) }`,
    ends: OWN,
  },
  'functions made from text': {
    run: `const all = []; for (let i = 0; ; i++) all.push(new Function('return [' + i + (',' + i).repeat(1000) + ']'))`,
    ends: OWN,
  },
  'generators that wait': {
    run: `const all = []; for (;;) { const g = (function* () { const big = new Array(100).fill(1); yield big })(); g.next(); all.push(g) }`,
    ends: MEMORY,
  },
  'promises that never settle': {
    run: `const all = []; for (;;) all.push(new Promise(() => {}).then(() => new Array(100)))`,
    ends: MEMORY,
  },
  microtasks: {
    run: `const more = () => { Promise.resolve().then(more); Promise.resolve().then(more) }; more(); await new Promise(() => {})`,
    ends: MEMORY,
  },
  'weak references and finalizers': {
    run: `const r = new FinalizationRegistry(() => {}), all = []; for (;;) { const o = { a: new Array(100) }; r.register(o, o.a); all.push(new WeakRef(o)) }`,
    ends: OWN,
  },
  'stacks of errors': {
    run: `Error.stackTraceLimit = 1e6; const all = []; const dive = (d) => { if (d > 0) dive(d - 1); else for (;;) all.push(new Error()) }; dive(1000)`,
    ends: OWN,
  },
  'JSON text of a value with repeated parts': {
    run: `let a = ['x'.repeat(1000)]; for (let i = 0; i < 40; i++) a = [a, a]; yield ['out', a]`,
    ends: [...OWN, 'BLOCK_OUTPUT_INVALID'],
  },
  'a log flood': { run: `for (;;) console.log('x'.repeat(2000))`, ends: MEMORY },
  'an output flood without garbage collection': {
    run: `console.log('x'); const s = 'x'.repeat(90000); for (;;) yield ['out', s]`,
    ends: ['OUTPUT_LIMIT', ...MEMORY],
  },
}

describe('the memory limit ends, without an effect on other calls,', () => {
  const attempt = createTrack(() => worker)
  it.concurrent.each(Object.entries(ATTEMPTS))('%s', async (_name, each) => {
    await attempt(each)
    expect(worker.faults).toEqual([])
  })
})

describe('consecutive executions', () => {
  it('of a plugin that retains nothing reach no limit', async () => {
    const bundle = toBundle({ name: 'attempt', run: `yield ['n', n]` })
    for (let i = 0; i < 60; i++)
      expect((await worker.call({ bundle, cordon: 'user:many', timeoutMs: 20_000 })).error).toBeUndefined()
  })
})

describe('consecutive calls in an execution', () => {
  it('of a plugin that retains nothing reach no limit', async () => {
    const bundle = toBundle({ name: 'attempt', run: `yield ['out', 'ж'.repeat(99_000)]` })
    const execution = { cordon: 'user:much', scope: 'much', affinity: 'much', keepsScope: true, timeoutMs: 20_000 }
    for (let i = 0; i < 200; i++) expect((await worker.call({ bundle, ...execution })).error).toBeUndefined()
  })
})
