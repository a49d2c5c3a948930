import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHostileWorker, type HostileWorker } from './hostile-worker.ts'
import { cpuTimeMs } from './processor-time.ts'
import { SMALL_LIMITS, createTrack, type ResourceAttempt } from './resource-attempts.ts'

let worker: HostileWorker
beforeAll(async () => {
  worker = await startHostileWorker(SMALL_LIMITS)
})
afterAll(() => worker.close())

const COMPUTING = ['CPU_LIMIT', 'TIMEOUT']
const HUNGRY = [...COMPUTING, 'MEMORY_LIMIT']

const ATTEMPTS: Record<string, ResourceAttempt> = {
  'a loop': { run: `for (;;);`, ends: COMPUTING },
  'a loop after an output': { run: `yield ['n', 1]; for (;;);`, ends: COMPUTING },
  'a loop that catches everything': { run: `for (;;) { try { for (;;); } catch {} finally { for (;;); } }`, ends: COMPUTING },
  'a loop in a finally of the generator': { run: `try { yield ['n', 1]; throw 1 } finally { for (;;); }`, ends: COMPUTING },
  'a loop in a timer': { run: `setTimeout(() => { for (;;); }, 1); await new Promise(() => {})`, ends: COMPUTING },
  'a loop after a host call': { run: `await context.storage.get('user', 'k'); for (;;);`, ends: COMPUTING },
  'a loop in a then': { run: `await { then() { for (;;); } }`, ends: COMPUTING },
  'a loop in toJSON': { run: `yield ['out', { toJSON() { for (;;); } }]`, ends: COMPUTING },
  'a loop in a log': { run: `console.log({ toJSON() { for (;;); } })`, ends: COMPUTING },
  'a loop in a listener of abort': {
    run: `context.signal.addEventListener('abort', () => { for (;;); }); await new Promise(() => {})`,
    ends: ['TIMEOUT'],
  },
  'a loop in a finalizer': {
    run: `const r = new FinalizationRegistry(() => { for (;;); }); for (let i = 0; i < 1000; i++) r.register({}, 1)
          for (;;) { new Array(1e5).fill({}); await new Promise((r) => setTimeout(r, 1)) }`,
    ends: HUNGRY,
  },
  'a loop after a compilation': {
    run: `await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])); for (;;);`,
    ends: COMPUTING,
  },
  'a loop after an async wait': {
    run: `await Atomics.waitAsync(new Int32Array(new SharedArrayBuffer(8)), 0, 0, 10).value; for (;;);`,
    ends: COMPUTING,
  },
  'a loop after a rejected import': { run: `await import('fs').catch(() => {}); for (;;);`, ends: COMPUTING },
  'a wait that blocks': {
    run: `Atomics.wait(new Int32Array(new SharedArrayBuffer(8)), 0, 0)`,
    ends: [...COMPUTING, 'BLOCK_FAILED'],
  },
  'a promise that never settles': { run: `await new Promise(() => {})`, ends: ['TIMEOUT'] },
  'a host call without an await': {
    run: `void context.storage.get('user', 'k'); await new Promise(() => {})`,
    ends: ['TIMEOUT'],
  },
  'endless microtasks': { run: `for (;;) await null`, ends: COMPUTING },
  'microtasks that queue each other': {
    run: `const again = () => queueMicrotask(again); again(); await new Promise(() => {})`,
    ends: COMPUTING,
  },
  'timers by the million': { run: `for (let i = 0; i < 1e6; i++) setTimeout(() => {}, 1e6)`, ends: ['BLOCK_FAILED'] },
  'timers set and cleared': { run: `for (;;) clearTimeout(setTimeout(() => {}, 1e6))`, ends: HUNGRY },
  'timers that set each other': {
    run: `const again = () => { setTimeout(again); setTimeout(again) }; again(); await new Promise(() => {})`,
    ends: [...HUNGRY, 'SANDBOX_LOST', 'BLOCK_FAILED'], // BLOCK_FAILED when setTimeout throws because there are too many timers
  },
  'intervals without a delay': {
    run: `for (let i = 0; i < 500; i++) setInterval(() => {}, 0); await new Promise(() => {})`,
    ends: HUNGRY,
  },
  'backtracking of a regular expression': { run: `/^(a+)+$/.test('a'.repeat(40) + 'b')`, ends: COMPUTING },
  'backtracking of a schema': {
    run: `yield ['out', z.string().regex(/^(a|a)*$/).safeParse('a'.repeat(40) + 'b').success]`,
    ends: COMPUTING,
  },
  'a comparator that loops': { run: `[3, 1, 2].sort(() => { for (;;); })`, ends: COMPUTING },
  'a slow sort': {
    run: `new Array(3e5).fill().map((_, i) => 'x'.repeat(50) + (i * 7919) % 1e6).sort((a, b) => { for (let i = 0; i < 500; i++); return a.localeCompare(b) })`,
    ends: HUNGRY,
  },
  'a power of BigInts': { run: `let b = 7n; for (;;) { try { b = b ** 99n } catch { b = 7n } }`, ends: HUNGRY },
  'a generator that never yields': {
    run: `const g = (function* () { for (;;); })(); for (const x of g) yield ['n', x]`,
    ends: COMPUTING,
  },
  'an iterator that never ends': { run: `[...{ *[Symbol.iterator]() { for (;;) yield 1 } }]`, ends: HUNGRY },
  'a proxy with an endless trap': {
    run: `const p = new Proxy({}, { getPrototypeOf: () => new Proxy({}, {}), has() { for (;;); } }); 'a' in p`,
    ends: COMPUTING,
  },
  'a wide JSON text to parse': { run: `for (;;) parse('[' + '1,'.repeat(1e5) + '1]')`, ends: HUNGRY },
  'a deep output': {
    run: `let a = []; for (let i = 0; i < 1e5; i++) a = [a]; yield ['out', a]`,
    ends: ['BLOCK_OUTPUT_INVALID', 'OUTPUT_LIMIT', 'BLOCK_FAILED'],
  },
  'a wide output': {
    run: `yield ['out', Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => ['k' + i, i]))]`,
    ends: ['OUTPUT_LIMIT', ...HUNGRY],
  },
  'a giant output': { run: `yield ['out', 'x'.repeat(2e6)]`, ends: ['OUTPUT_LIMIT'] },
  'an output that contains itself': { run: `const a = {}; a.a = a; yield ['out', a]`, ends: ['BLOCK_OUTPUT_INVALID'] },
  'endless outputs': { run: `for (;;) yield ['n', 1]`, ends: ['OUTPUT_LIMIT'] },
  'endless outputs between timers': {
    run: `for (;;) { for (let i = 0; i < 100; i++) yield ['n', 1]; await new Promise((r) => setTimeout(r, 1)) }`,
    ends: ['OUTPUT_LIMIT'],
  },
  'endless logs': {
    run: `for (;;) { for (let i = 0; i < 100; i++) console.log('x'.repeat(100)); await new Promise((r) => setTimeout(r, 1)) }`,
    ends: ['TIMEOUT', 'OUTPUT_LIMIT'],
  },
  'endless host calls': {
    run: `for (;;) await context.storage.get('user', 'k').catch(() => {})`,
    ends: ['TIMEOUT', 'OUTPUT_LIMIT'],
  },
  'concurrent host calls': {
    run: `const all = []; for (let i = 0; i < 11000; i++) all.push(context.storage.get('user', 'k')); await Promise.all(all)`,
    ends: ['OUTPUT_LIMIT', ...HUNGRY],
  },
  'a deep input': {
    run: `const f = (v) => Array.isArray(v) ? f(v[0]) : v; yield ['out', f(n)]`,
    n: deep(5000),
    ends: [undefined, 'BLOCK_FAILED'],
  },
  'a wide input': {
    run: `for (;;) structure = JSON.parse(JSON.stringify(n))`,
    n: Array.from({ length: 20_000 }, () => []),
    ends: HUNGRY,
  },
}

function deep(levels: number): unknown {
  let value: unknown = 1
  for (let i = 0; i < levels; i++) value = [value]
  return value
}

describe('the time limit ends, without an effect on other calls,', () => {
  const attempt = createTrack(() => worker)
  it.concurrent.each(Object.entries(ATTEMPTS))('%s', async (_name, each) => {
    await attempt(each)
    expect(worker.faults).toEqual([])
  })
})

describe('code that ignores an abort', () => {
  it.each([
    ['loops', `yield ['n', 1]; for (;;);`],
    ['awaits', `yield ['n', 1]; for (;;) await new Promise((r) => setTimeout(r, 1))`],
    ['makes microtasks', `yield ['n', 1]; for (;;) await null`],
    [
      'swallows the signal',
      `Object.defineProperty(context.signal, 'aborted', { value: false }); for (;;) await new Promise((r) => setTimeout(r, 1))`,
    ],
  ])('and %s is stopped soon', async (name, run) => {
    const { error } = await worker.attempt({ name, run }, { abortAfterMs: 100 })
    expect(error?.code).toBe('ABORTED')
    const next = await worker.attempt({ name, run: `yield ['out', 1]` }, { timeoutMs: 20_000 })
    expect(next).toMatchObject({ outputs: [['out', 1]] })
    expect(next.error).toBeUndefined()
  })
})

describe('a limit', () => {
  it('of wall-clock time end calls in the order of their limits', async () => {
    const ended: number[] = []
    const wait = async (timeoutMs: number): Promise<void> => {
      const { error } = await worker.attempt({ name: 'wait', run: `await new Promise(() => {})` }, { timeoutMs })
      expect(error?.code).toBe('TIMEOUT')
      ended.push(timeoutMs)
    }
    await Promise.all([1500, 1000, 2000].map(wait))
    expect(ended).toEqual([1000, 1500, 2000])
  })

  it('of CPU time is exact to half a second', async () => {
    const run = (code: string): Promise<unknown> =>
      worker.attempt({ name: 'compute', run: code }, { timeoutMs: 60_000, cordon: 'user:compute' })
    await run(`yield ['n', n]`) // starts the process
    const pids = await worker.pids()
    const before = await Promise.all(pids.map(cpuTimeMs))
    expect(await run(`for (;;);`)).toMatchObject({ error: { code: 'CPU_LIMIT' } })
    const after = await Promise.all(pids.map(cpuTimeMs))
    const used = Math.max(...after.map((ms, i) => (ms ?? 0) - (before[i] ?? 0)))
    expect(used).toBeGreaterThan(SMALL_LIMITS.maxCpuMs - 100)
    expect(used).toBeLessThan(SMALL_LIMITS.maxCpuMs + 500)
  })
})
