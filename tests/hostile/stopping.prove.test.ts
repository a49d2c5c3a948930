import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startHostileWorker, type HostileWorker } from './hostile-worker.ts'
import { toBundle } from './plugin-source.ts'
import { cpuTimeMs } from './processor-time.ts'

let worker: HostileWorker
beforeEach(async () => {
  worker = await startHostileWorker({ maxCpuMs: 600, loadTimeoutMs: 600, processMemoryMb: 500, processes: 1 })
})
afterEach(() => worker.close())

/** A process that still computes after this time has not been stopped, whatever the load of the machine. */
const PATIENCE = { timeout: 40_000, interval: 100 }
/** A process is quiet when its CPU time does not grow in this many consecutive readings. */
const QUIET_READINGS = 5
const READ_EVERY_MS = 200
/** The kernel counts in steps of 10 ms, and an idle process uses a step now and then. */
const QUIET_MS = 20

/** Resolves when none of the processes computes. */
async function quiet(pids: readonly number[]): Promise<void> {
  let calm = 0
  let before = new Map<number, number>()
  await expect
    .poll(
      async () => {
        const now = new Map<number, number>()
        for (const pid of pids) now.set(pid, (await cpuTimeMs(pid)) ?? 0)
        const isCalm = before.size > 0 && pids.every((pid) => (now.get(pid) ?? 0) - (before.get(pid) ?? 0) <= QUIET_MS)
        before = now
        return (calm = isCalm ? calm + 1 : 0)
      },
      { timeout: PATIENCE.timeout, interval: READ_EVERY_MS },
    )
    .toBeGreaterThanOrEqual(QUIET_READINGS)
}

/** Resolves when one of the processes has started to compute, or has ended. */
async function begun(pids: readonly number[]): Promise<void> {
  const before = await Promise.all(pids.map(cpuTimeMs))
  const hasBegun = async (): Promise<boolean> => {
    const now = await Promise.all(pids.map(cpuTimeMs))
    return now.some((ms, i) => ms === undefined || ms - (before[i] ?? 0) > 2 * QUIET_MS)
  }
  await expect.poll(hasBegun, PATIENCE).toBe(true)
}

/** Resolves when the worker has started all calls so far: it starts calls in their order. */
const started = async (): Promise<void> => void (await worker.attempt({ name: 'attempt', run: `yield ['n', 1]` }))

const gone = (pids: readonly number[]): Promise<void> =>
  expect.poll(async () => (await Promise.all(pids.map(cpuTimeMs))).filter((ms) => ms !== undefined), PATIENCE).toEqual([])

const REJECT = `Promise.reject(new Proxy({}, { get() { for (;;); } }))`
const FILL = `new Uint8Array([0,97,115,109,1,0,0,0,1,4,1,96,0,0,3,2,1,0,5,4,1,1,1,1,7,5,1,1,102,0,0,10,9,1,7,0,3,64,12,0,11,11])`

/** Code that continues after isolated-vm stops it once, or that runs where a stop has no effect. */
const ATTEMPTS: Record<string, string> = {
  'a rejection with a proxy that loops': `${REJECT}; await new Promise(() => {})`,
  'a rejection with a proxy that loops, at the end': `yield ['n', 1]; ${REJECT}`,
  'a rejection after an await': `await null; ${REJECT}; await new Promise(() => {})`,
  'a rejection with an error whose stack loops': `Error.prepareStackTrace = () => { for (;;); }; Promise.reject(new Error('x')); await new Promise(() => {})`,
  'a stack trace whose loop restarts': `Error.prepareStackTrace = () => { for (;;) { try { for (;;); } finally { continue } } }; Promise.reject(new Error('x')); for (;;);`,
  'a getter of an error that loops': `const e = new Error('x'); for (const name of ['message', 'name', 'stack', 'cause']) Object.defineProperty(e, name, { get() { for (;;); } }); Promise.reject(e); await new Promise(() => {})`,
  'a patched Map': `Map.prototype.get = function () { for (;;); }; yield ['n', 1]; await new Promise((r) => setTimeout(r, 1e6))`,
  'patched maps, sets and arrays': `for (const C of [Map, Set, Array]) for (const name of Object.getOwnPropertyNames(C.prototype)) if (typeof C.prototype[name] === 'function' && name !== 'constructor') C.prototype[name] = function () { for (;;); }; for (;;);`,
  'WebAssembly that loops': `new WebAssembly.Instance(new WebAssembly.Module(${FILL})).exports.f()`,
  'WebAssembly memory filled in a loop': `const m = new WebAssembly.Memory({ initial: 1, maximum: 65536 }); for (const pages of [65535, 30000, 8000]) try { m.grow(pages); break } catch {} for (;;) new Uint8Array(m.buffer).fill(1)`,
}

describe('code that does not stop', () => {
  it.each(Object.entries(ATTEMPTS))('is killed soon after its call ends: %s', async (_name, run) => {
    const attempt = worker.attempt({ name: 'attempt', run }, { timeoutMs: 900 })
    const pids = await worker.pids()
    await attempt
    await quiet([...new Set([...pids, ...(await worker.pids())])])
    expect(worker.faults).toEqual([])
  })

  it('is killed when it starts after its call has ended', async () => {
    const bundle = toBundle({ name: 'attempt', top: `setTimeout(() => { ${REJECT} }, 300)`, run: `yield ['n', 1]` })
    expect((await worker.call({ bundle, scope: 'kept', affinity: 'kept', keepsScope: true })).error).toBeUndefined()
    const pids = await worker.pids()
    await begun(pids)
    await quiet(pids)
  })

  it('does not end other calls', async () => {
    const beside = toBundle({
      name: 'attempt',
      run: `yield ['n', 1]; await new Promise((r) => setTimeout(r, 2500)); yield ['n', 2]`,
    })
    const waiting = worker.call({ bundle: beside, timeoutMs: 60_000 })
    const { error } = await worker.attempt({ name: 'attempt', run: ATTEMPTS['a patched Map'] ?? '' }, { timeoutMs: 600 })
    expect(['TIMEOUT', 'CPU_LIMIT']).toContain(error?.code)
    await worker.attempt({ name: 'attempt', run: `${REJECT}; await new Promise(() => {})` }, { timeoutMs: 600 })
    expect((await waiting).outputs).toEqual([
      ['n', 1],
      ['n', 2],
    ])
    expect((await waiting).error).toBeUndefined()
  })
})

describe('a sandbox process', () => {
  it.each([
    ['that waits', `await new Promise(() => {})`],
    ['that loops', `for (;;);`],
    ['whose code cannot be stopped', `${REJECT}; await new Promise(() => {})`],
  ])('%s ends with its worker', async (_name, run) => {
    void worker.attempt({ name: 'attempt', run }, { timeoutMs: 60_000 })
    await started()
    const pids = await worker.pids()
    expect(pids.length).toBeGreaterThan(0)
    worker.kill()
    await gone(pids)
  })

  it.runIf(process.platform === 'linux')('ends with its worker even while it is suspended', async () => {
    const pids = await worker.pids()
    for (const pid of pids) process.kill(pid, 'SIGSTOP')
    worker.kill()
    await gone(pids)
  })

  it('that does not respond is killed, and its calls run again', async () => {
    const run = `yield ['n', 1]; await new Promise((r) => setTimeout(r, 1000)); yield ['n', 2]`
    const waiting = worker.attempt({ name: 'attempt', run }, { timeoutMs: 60_000 })
    await started()
    for (const pid of await worker.pids()) process.kill(pid, 'SIGSTOP')
    expect(await waiting).toMatchObject({
      outputs: [
        ['n', 1],
        ['n', 2],
      ],
    })
  })
})

/** Returns the number of loop iterations that take about this long on an idle machine. */
async function calibrateLoops(ms: number): Promise<number> {
  const probe = `const start = Date.now(); let loops = 0; while (Date.now() - start < 200) for (let i = 0; i < 1e5; i++) loops++; yield ['n', loops]`
  const { outputs } = await worker.attempt({ name: 'attempt', run: probe })
  return Math.round((Number(outputs[0]?.[1]) / 200) * ms)
}

describe('on a busy machine', () => {
  const USERS = 10

  it('blocks that compute for less than the limit get slower but do not fail', async () => {
    const loops = await calibrateLoops(250)
    const bundle = toBundle({ name: 'attempt', run: `let x = 0; for (let i = 0; i < ${loops}; i++) x++; yield ['n', x]` })
    const calls = Array.from({ length: USERS }, (_, i) =>
      worker.call({ bundle, cordon: 'shared', owner: `user ${i}`, timeoutMs: 60_000 }),
    )
    const results = await Promise.all(calls)
    expect(results.map(({ outputs, error }) => error?.code ?? outputs)).toEqual(results.map(() => [['n', loops]]))
    expect(Math.max(...results.map(({ tookMs }) => tookMs))).toBeGreaterThan(600)
  })

  it('bundles that compute for less than the limit load', async () => {
    const loops = await calibrateLoops(40)
    const bundle = toBundle({ name: 'attempt', top: `let x = 0; for (let i = 0; i < ${loops}; i++) x++`, run: `yield ['n', x]` })
    const calls = Array.from({ length: USERS }, (_, i) =>
      worker.call({ bundle, cordon: 'shared', owner: `user ${i}`, timeoutMs: 60_000 }),
    )
    const results = await Promise.all(calls)
    expect(results.map(({ outputs, error }) => error?.code ?? outputs)).toEqual(results.map(() => [['n', loops]]))
  })

  it('only the call that computes for too long fails', async () => {
    const loops = await calibrateLoops(60)
    const bundle = toBundle({
      name: 'attempt',
      run: `if (n === 'loop') for (;;); let x = 0; for (let i = 0; i < ${loops}; i++) x++; yield ['n', x]`,
    })
    const inputs = ['loop', ...Array.from({ length: 5 }, () => 'count')]
    const calls = inputs.map((n, i) =>
      worker.call({ bundle, scope: `e${i % 2}`, keepsScope: true, input: JSON.stringify({ n }), timeoutMs: 60_000 }),
    )
    expect((await Promise.all(calls)).map(({ error }) => error?.code)).toEqual([
      'CPU_LIMIT',
      ...Array.from({ length: 5 }, () => undefined),
    ])
  })
})
