import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AshlarError } from '../base/index.ts'
import { createSandbox, type Sandbox } from './sandbox.ts'
import { INSTALLATION } from './channel/index.ts'
import type { Bundle, CallRequest } from './calls/index.ts'
import { newTestBundle } from '../testing/test-bundle.ts'
import { killAll } from '../testing/test-kill.ts'

interface Result {
  outputs: [string, unknown][]
  error?: AshlarError
  manifest?: unknown
  logs: string[]
}

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await createSandbox({
    maxCpuMs: 1500,
    loadTimeoutMs: 1000,
    isolateMemoryMb: 32,
    processMemoryMb: 400,
    maxValueBytes: 100_000,
    maxOutputs: 1000,
  })
})
afterAll(() => sandbox.close())

function call(bundle: Bundle, block: string, request: Partial<CallRequest> = {}, where = sandbox): Promise<Result> {
  return new Promise((resolve) => {
    const result: Result = { outputs: [], logs: [] }
    const full: CallRequest = {
      kind: 'run',
      bundle,
      cordon: 'builtin',
      owner: 'u',
      scope: 'e',
      affinity: 'e',
      block,
      input: () => '{"n":1}',
      timeoutMs: 5000,
      ...request,
    }
    where.call(full, {
      output: (pin, value) => result.outputs.push([pin, value]),
      hostCall: () => new Promise((answer) => setTimeout(answer, 100, null)),
      log: (level, text) => result.logs.push(`${level}: ${text}`),
      progress: (fraction, note) => result.logs.push(`${fraction} ${note}`),
      manifest: (manifest) => (result.manifest = manifest),
      end: (error) => resolve(error ? { ...result, error } : result),
    })
  })
}

const honest = newTestBundle({
  add: `*run({ n }) { yield ['n', n + 1] }`,
  'add-async': `async *run({ n }) { yield ['n', n]; await null; yield ['n', n + 1] }`,
  fail: `*run({ n }) { yield ['n', n]; throw new Error('no luck') }`,
  'yield-error': `*run() { yield ['error', 'as you wish']; yield ['n', 1] }`,
  'wrong-pin': `*run() { yield ['nope', 1] }`,
  'wrong-type': `*run() { yield ['n', 'text'] }`,
  wait: `async *run() { yield ['n', 1]; await new Promise((r) => setTimeout(r, 50)); yield ['n', 2] }`,
  'log-own': `async *run(_input, { log }) { await null; log('one'); log('two', 'warn'); yield ['n', 1] }`,
  'log-loud': `*run(_input, { log }) { log('x', 'shout') }`,
  progress: `*run(_input, { progress }) { for (let i = 0; i <= 1000; i++) progress(i / 1000, 'step ' + i); yield ['n', 1] }`,
  'progress-wrong': `*run({ n }, { progress }) { progress(...[[1.5], ['half'], [0.5, 'x'.repeat(201)]][n]) }`,
  log: `*run() { console.log('hello', { a: 1 }); yield ['n', 1] }`,
  hang: `async *run() { yield ['n', 1]; await new Promise(() => {}) }`,
  loop: `*run() { yield ['n', 1]; for (;;) {} }`,
  'yield-and-loop': `*run() {
    for (let i = 0; i < 20; i++) { const end = Date.now() + 20; while (Date.now() < end); yield ['n', i] }
    for (;;) {}
  }`,
  tick: `async *run() { const end = Date.now() + 60000; while (Date.now() < end) { const until = Date.now() + 20; while (Date.now() < until); await new Promise((r) => setTimeout(r, 0)) } }`,
  babble: `*run() { for (let i = 0; i < 2000; i++) console.log('x'.repeat(1000)) }`,
  ask: `async *run(_input, { storage }) {
    const answers = await Promise.allSettled(Array.from({ length: 70 }, () => storage.get('user', 'x')))
    const failed = answers.filter(({ status }) => status === 'rejected')
    yield ['out', [70 - failed.length, failed[0].reason.message]]
  }`,
  'fill-all': `*run({ n }) { for (let i = 0; i < 100; i++) yield ['out', i + 'x'.repeat(n)] }`,
  'ask-much': `async *run(_input, { storage }) {
    const refused = await storage.set('user', 'x', 'x'.repeat(2_000_000)).catch(({ message }) => message)
    yield ['out', [refused, await storage.get('user', 'x')]]
  }`,
  large: `*run() { yield ['out', 'x'.repeat(200_000)] }`,
  many: `*run() { for (;;) yield ['n', 1] }`,
  'grow-array': `*run() { const a = []; for (;;) a.push(new Array(1000).fill(1)) }`,
  'grow-map': `*run() { const m = new Map(); for (let i = 0; ; i++) m.set(i, { i }) }`,
  globals: `*run() { yield ['out', ['require', 'module', 'fetch', '__ashlar'].filter((name) => name in globalThis)] }`,
})

const stray = newTestBundle({
  'throw-late': `async *run() { setTimeout(() => { throw new Error('too late') }, 20); yield ['n', 1]; await new Promise(() => {}) }`,
  'throw-often': `async *run() { setInterval(() => { throw new Error('often') }, 5); yield ['n', 1]; await new Promise(() => {}) }`,
  'throw-nested': `async *run() { setTimeout(() => setTimeout(() => { throw new Error('nested') }, 5), 5); yield ['n', 1]; await new Promise(() => {}) }`,
  'throw-unknown': `async *run() { await null; setTimeout(() => { throw new Error('whose') }, 20); yield ['n', 1]; await new Promise((r) => setTimeout(r, 60)); yield ['n', 2] }`,
  'throw-textless': `*run() { throw Object.create(null) }`,
  'throw-after-end': `*run() { setTimeout(() => { throw new Error('left behind') }, 30); yield ['n', 1] }`,
  'reject-at-once': `*run() { void Promise.reject(new Error('unheard')); yield ['n', 1]; yield ['n', 2] }`,
  'reject-and-wait': `async *run() { void Promise.reject(new Error('unheard')); yield ['n', 1]; await new Promise((r) => setTimeout(r, 60)); yield ['n', 2] }`,
  'reject-late': `async *run() { yield ['n', 1]; setTimeout(() => void Promise.reject(new Error('timed out')), 20); await new Promise((r) => setTimeout(r, 60)); yield ['n', 2] }`,
  'reject-and-handle': `async *run() { const p = Promise.reject(new Error('unheard')); await new Promise((r) => setTimeout(r, 20)); yield ['n', await p.catch(() => 1)]; yield ['n', 2] }`,
  'reject-after-host': `async *run(_input, { storage }) { await storage.get('user', 'x'); void Promise.reject('unheard'); yield ['n', 1]; await new Promise((r) => setTimeout(r, 60)); yield ['n', 2] }`,
  wait: `async *run() { yield ['n', 1]; await new Promise((r) => setTimeout(r, 100)); yield ['n', 2] }`,
})
const BOTH = [
  ['n', 1],
  ['n', 2],
]

describe('an uncaught error', () => {
  it.each([
    ['throw-late', 'too late'],
    ['throw-often', 'often'],
    ['throw-nested', 'nested'],
  ])('ends only the call whose timer threw it (%s)', async (block, message) => {
    const pids = sandbox.pids()
    const [thrown, ...other] = await Promise.all([call(stray, block), call(stray, 'wait'), call(stray, 'wait')])
    expect([thrown.outputs, thrown.error?.code, thrown.error?.message]).toEqual([[['n', 1]], 'BLOCK_FAILED', message])
    expect(other).toEqual([
      { outputs: BOTH, logs: [] },
      { outputs: BOTH, logs: [] },
    ])
    expect(sandbox.pids()).toEqual(expect.arrayContaining(pids))
  })

  it('is logged by each call that may have caused it', async () => {
    const [thrown, other] = await Promise.all([call(stray, 'throw-unknown'), call(stray, 'wait')])
    const logged = { outputs: BOTH, logs: ['error: the callback of a timer threw: whose'] }
    expect([thrown, other]).toEqual([logged, logged])
  })

  it('is not logged by other calls when its call has ended', async () => {
    const [, other] = await Promise.all([call(stray, 'throw-after-end'), call(stray, 'wait')])
    expect(other).toEqual({ outputs: BOTH, logs: [] })
  })

  it('may have no message', async () => {
    const { code, message } = (await call(stray, 'throw-textless')).error ?? {}
    expect([code, message]).toEqual(['BLOCK_FAILED', 'failed with an error that has no message'])
  })

  it.each(['reject-and-wait', 'reject-late', 'reject-and-handle', 'reject-after-host'])(
    'of a promise is logged by each call that may have caused it (%s)',
    async (block) => {
      const pids = sandbox.pids()
      const [rejected, other] = await Promise.all([call(stray, block), call(stray, 'wait')])
      const message = `error: unhandled promise rejection: ${block === 'reject-late' ? 'timed out' : 'unheard'}`
      expect(rejected).toEqual({ outputs: BOTH, logs: [message] })
      expect(other.outputs).toEqual(BOTH)
      expect(sandbox.pids()).toEqual(expect.arrayContaining(pids))
    },
  )

  it('of a promise does not withhold outputs, even in 100 concurrent calls', async () => {
    const results = await Promise.all(Array.from({ length: 100 }, () => call(stray, 'reject-at-once')))
    expect(results.map(({ outputs, error }) => [outputs, error])).toEqual(results.map(() => [BOTH, undefined]))
  })
})

describe('a guest with more events than fit into one report', () => {
  it('sends several reports', async () => {
    const { outputs, error } = await call(honest, 'fill-all', { input: () => '{"n":90000}' })
    expect(error).toBeUndefined()
    expect(outputs.map(([, value]) => String(value).length)).toEqual([...Array(10).fill(90_001), ...Array(90).fill(90_002)])
  })

  it('cannot make a host call that is longer than a report', async () => {
    expect((await call(honest, 'ask-much')).outputs).toEqual([['out', [expect.stringContaining('a report of 20000'), null]]])
  })
})

describe('a call', () => {
  it('yields its outputs in order', async () => {
    expect(await call(honest, 'add', { input: () => '{"n":41}' })).toEqual({ outputs: [['n', 42]], logs: [] })
    expect((await call(honest, 'add-async')).outputs).toEqual([
      ['n', 1],
      ['n', 2],
    ])
  })

  it('fails with the thrown message after its outputs', async () => {
    const { outputs, error } = await call(honest, 'fail')
    expect(outputs).toEqual([['n', 1]])
    expect(error).toMatchObject({ code: 'BLOCK_FAILED', message: 'no luck' })
  })

  it('fails without further outputs when it yields on the pin error', async () => {
    const { outputs, error } = await call(honest, 'yield-error')
    expect(outputs).toEqual([])
    expect(error).toMatchObject({ code: 'BLOCK_FAILED', message: 'as you wish' })
  })

  it('fails with the name of the pin for an input or output that violates the schema', async () => {
    expect((await call(honest, 'add', { input: () => '{"n":"x"}' })).error).toMatchObject({
      code: 'BLOCK_INPUT_INVALID',
      message: expect.stringContaining('input "n"'),
    })
    expect((await call(honest, 'wrong-pin')).error).toMatchObject({
      code: 'BLOCK_OUTPUT_INVALID',
      message: expect.stringContaining('"nope"'),
    })
    expect((await call(honest, 'wrong-type')).error).toMatchObject({
      code: 'BLOCK_OUTPUT_INVALID',
      message: expect.stringContaining('"n"'),
    })
  })

  it('waits for timers and reports console output', async () => {
    expect((await call(honest, 'wait')).outputs).toEqual([
      ['n', 1],
      ['n', 2],
    ])
    expect((await call(honest, 'log')).logs).toEqual(['log: hello {"a":1}'])
  })

  it('logs with a level', async () => {
    const results = await Promise.all([1, 2, 3].map(() => call(honest, 'log-own')))
    for (const { logs } of results) expect(logs).toEqual(['info: one', 'warn: two'])
    expect((await call(honest, 'log-loud')).error).toMatchObject({
      code: 'BAD_INPUT',
      message: 'log takes one of the levels debug, info, warn, error, got shout',
    })
  })

  it('reports the latest progress since its last pause', async () => {
    expect(await call(honest, 'progress')).toEqual({ outputs: [['n', 1]], logs: ['1 step 1000'] })
    const messages = await Promise.all(
      ['{"n":0}', '{"n":1}', '{"n":2}'].map(
        async (input) => (await call(honest, 'progress-wrong', { input: () => input })).error,
      ),
    )
    expect(messages).toMatchObject([
      { code: 'BAD_INPUT', message: 'progress takes a fraction from 0 to 1, got 1.5' },
      { code: 'BAD_INPUT', message: 'progress takes a fraction from 0 to 1, got half' },
      { code: 'BAD_INPUT', message: 'the note of progress must be a string of at most 200 characters' },
    ])
  })

  it('has no ambient authority', async () => {
    expect((await call(honest, 'globals')).outputs).toEqual([['out', []]])
  })

  it('ends with OUTPUT_LIMIT when a value is too large or there are too many values', async () => {
    expect((await call(honest, 'large')).error?.code).toBe('OUTPUT_LIMIT')
    expect((await call(honest, 'many')).error?.code).toBe('OUTPUT_LIMIT')
  })

  it('logs a warning when its console output exceeds the limit', async () => {
    const { logs, error } = await call(honest, 'babble')
    expect(error).toBeUndefined()
    expect(logs.join('').length).toBeLessThan(300_000)
    expect(logs.at(-1)).toBe('warn: the console output exceeds 262144 characters: the rest is dropped')
  })

  it('may have at most 64 pending host calls', async () => {
    const { outputs } = await call(honest, 'ask', {})
    expect(outputs).toEqual([['out', [64, 'more than 64 pending host calls']]])
  })

  it('does not call its sink after it is aborted', async () => {
    const received: unknown[] = []
    const abort = sandbox.call(
      {
        kind: 'run',
        bundle: honest,
        cordon: 'builtin',
        owner: 'u',
        scope: 'e',
        affinity: 'e',
        block: 'wait',
        input: () => '{}',
        timeoutMs: 1000,
      },
      { output: (pin, value) => received.push([pin, value]), end: () => received.push('end') },
    )
    abort()
    await call(honest, 'wait')
    expect(received).toEqual([])
  })
})

describe('a runaway', () => {
  it('that never settles ends with TIMEOUT and keeps its outputs', async () => {
    const { outputs, error } = await call(honest, 'hang', { timeoutMs: 300 })
    expect(outputs).toEqual([['n', 1]])
    expect(error?.code).toBe('TIMEOUT')
  })

  it('that loops ends with TIMEOUT or CPU_LIMIT, whichever it exceeds first', async () => {
    expect((await call(honest, 'loop', { timeoutMs: 300 })).error?.code).toBe('TIMEOUT')
    expect((await call(honest, 'loop', { timeoutMs: 20_000 })).error?.code).toBe('CPU_LIMIT')
  })

  it('keeps the outputs that it yielded while it computed without a pause', async () => {
    const { outputs, error } = await call(honest, 'yield-and-loop', { timeoutMs: 40_000 })
    expect(error?.code).toBe('CPU_LIMIT')
    expect(outputs).toEqual(Array.from({ length: 20 }, (_, i) => ['n', i]))
  })

  it('that computes with pauses ends with CPU_LIMIT', async () => {
    expect((await call(honest, 'tick', { timeoutMs: 40_000 })).error?.code).toBe('CPU_LIMIT')
  })

  it.each(['grow-array', 'grow-map'])('that allocates memory (%s) ends with MEMORY_LIMIT', async (block) => {
    // The limit of CPU time is high because the machine may be slow.
    const patient = await createSandbox({ maxCpuMs: 60_000, isolateMemoryMb: 32, processMemoryMb: 400, processes: 1 })
    const { error } = await call(honest, block, { timeoutMs: 60_000 }, patient)
    await patient.close()
    expect(error?.code).toBe('MEMORY_LIMIT')
  })

  it.each(['loop', 'grow-array', 'grow-map'])('(%s) does not harm concurrent calls', async (block) => {
    const guilty = call(honest, block, { timeoutMs: 1200 })
    const innocent = await Promise.all(
      Array.from({ length: 5 }, (_, i) => call(honest, 'wait', { scope: `e${i % 2}`, timeoutMs: 30_000 })),
    )
    expect(innocent.map(({ outputs, error }) => [outputs, error])).toEqual(
      innocent.map(() => [
        [
          ['n', 1],
          ['n', 2],
        ],
        undefined,
      ]),
    )
    expect((await guilty).error).toBeDefined()
  })
})

describe('an aborted call that continues to compute', () => {
  it('does not harm later calls', async () => {
    const eating = await call(honest, 'grow-array', { timeoutMs: 60 })
    const after = await Promise.all([call(honest, 'add'), call(honest, 'wait', { timeoutMs: 30_000 })])
    expect(eating.error?.code).toBe('TIMEOUT')
    expect(after.map(({ error }) => error)).toEqual([undefined, undefined])
  })
})

const killProcesses = (): void => killAll(sandbox.pids())

describe('a process that is killed', () => {
  it('has its calls started again even when the next processes are killed before they are ready', async () => {
    const running = call(honest, 'wait', { scope: 'killed-often', cordon: 'user:killed-often' })
    for (let i = 0; i < 4; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      killProcesses()
    }
    expect(await running).toMatchObject({ outputs: BOTH })
  })

  it('has its calls started again elsewhere, without repeated outputs', async () => {
    const waiting = call(honest, 'wait')
    await call(honest, 'add')
    killProcesses()
    expect(await waiting).toEqual({
      outputs: [
        ['n', 1],
        ['n', 2],
      ],
      logs: [],
    })
  })
})

describe('a bundle', () => {
  it('has a manifest', async () => {
    const { manifest } = await call(honest, '', { kind: 'describe' })
    expect(manifest).toMatchObject({
      name: 'test',
      blocks: expect.arrayContaining([
        expect.objectContaining({
          name: 'add',
          kind: 'standard',
          inputSchema: expect.objectContaining({ type: 'object', properties: { n: { type: 'number', default: 1 } } }),
        }),
      ]),
    })
  })

  it('that throws while it loads is rejected with its message', async () => {
    const { error } = await call(newTestBundle({}, `throw new Error('bad day')`), '', { kind: 'describe', scope: 'd1' })
    expect(error).toMatchObject({ code: 'PLUGIN_LOAD_FAILED', message: expect.stringContaining('bad day') })
  })

  it('that never finishes loading is rejected', async () => {
    const { error } = await call(newTestBundle({}, 'for (;;) {}'), '', { kind: 'describe', scope: 'd2', timeoutMs: 10_000 })
    expect(error?.code).toBe('PLUGIN_LOAD_FAILED')
  })
})

describe('built-in plugins whose manifests are read in turn', () => {
  const limits = { isolateMemoryMb: 32, processMemoryMb: 400, processes: 1, loadTimeoutMs: 2000 }
  let ours: Sandbox
  beforeAll(async () => {
    ours = await createSandbox(limits)
  })
  afterAll(() => ours.close())

  async function describeAll(tops: readonly string[], where = ours): Promise<unknown[]> {
    const results: unknown[] = []
    for (const [i, top] of tops.entries()) {
      const bundle = newTestBundle(
        { say: 'kind: seen, *run() {}' },
        `/* ${i} */ const seen = typeof (globalThis.left ?? [].left); ${top}`,
      )
      const scope = `describe:${bundle.digest}`
      const { manifest, error } = await call(
        bundle,
        '',
        { kind: 'describe', owner: INSTALLATION, cordon: 'describe', scope, timeoutMs: 20_000 },
        where,
      )
      where.forget(scope)
      results.push(error?.code ?? (manifest as { blocks: [{ kind: string }] }).blocks[0].kind)
    }
    return results
  }

  it('do not see changes that another plugin made', async () => {
    const leave = 'globalThis.left = 1; Array.prototype.left = 2; setInterval(() => {}, 1)'
    expect(await describeAll(Array.from({ length: 20 }, () => leave))).toEqual(Array.from({ length: 20 }, () => 'undefined'))
  })

  it('are not harmed by a plugin that fails', async () => {
    const eat = 'const all = []; for (;;) all.push(new Array(1000).fill(1))'
    const tops = [`throw new Error('bad day')`, '', 'for (;;) {}', '', eat, '', '', '', '', '']
    const ends = ['PLUGIN_LOAD_FAILED', 'undefined', 'PLUGIN_LOAD_FAILED', 'undefined', 'MEMORY_LIMIT']
    expect(await describeAll(tops)).toEqual([...ends, ...Array.from({ length: 5 }, () => 'undefined')])
  })

  it('are not charged for the CPU time of each other', async () => {
    const strict = await createSandbox({ ...limits, maxCpuMs: 1000 })
    const compute = 'for (const end = Date.now() + 400; Date.now() < end; ) {}'
    const results = await describeAll(
      Array.from({ length: 5 }, () => compute),
      strict,
    )
    await strict.close()
    expect(results).toEqual(Array.from({ length: 5 }, () => 'undefined'))
  })
})

describe('the memory limit of an account', () => {
  const greedy = newTestBundle({
    hold: `async *run() {
      const held = []
      for (let i = 0; i < 100; i++) { held.push(new Array(250_000).fill(i + 0.5)); await null }
      yield ['n', held.length]
    }`,
  })
  const bundle = { ...greedy, memoryMb: 500 }

  it('ends the process in which its calls use more, and no other one', async () => {
    const [theirs, mine] = await Promise.all([
      call(bundle, 'hold', { cordon: 'user:a', owner: 'a', affinity: 'a', scope: 'a', processMemoryMb: 130 }),
      call(bundle, 'hold', { cordon: 'user:b', owner: 'b', affinity: 'b', scope: 'b' }),
    ])
    expect(theirs.error).toMatchObject({ code: 'MEMORY_LIMIT', message: expect.stringContaining('more than 130 MB') as string })
    expect(mine).toMatchObject({ outputs: [['n', 100]] })
    expect(mine).not.toHaveProperty('error')
  })
})

describe('the memory limit of all processes', () => {
  it('ends idle processes and delays calls that need a new process', async () => {
    const small = await createSandbox({ memoryMb: 260, processes: 1 })
    try {
      const users = Array.from({ length: 12 }, (_, i) => `user:${i}`)
      const outputs = users.map(
        (owner) =>
          new Promise((resolve) => {
            const request = { kind: 'run', bundle: honest, cordon: owner, owner, scope: owner, affinity: owner } as const
            small.call(
              { ...request, block: 'wait', input: () => '{}', timeoutMs: 60_000 },
              { output: (_pin, value) => value === 2 && resolve(value), end: (error) => error && resolve(error) },
            )
          }),
      )
      let most = 0
      const watch = setInterval(() => (most = Math.max(most, small.pids().length)), 10)
      expect(await Promise.all(outputs)).toEqual(users.map(() => 2))
      clearInterval(watch)
      expect(most).toBeLessThan(8)
    } finally {
      await small.close()
    }
  })
})

describe('an error of a host call', () => {
  const asking = newTestBundle({
    pass: `async *run(_, { storage }) { await storage.get('user', 'k'); yield ['n', 1] }`,
    wrap: `async *run(_, { storage }) { try { await storage.get('user', 'k') } catch (cause) { throw new TypeError('so it goes', { cause }) } }`,
    handle: `async *run(_, { storage }) { try { await storage.get('user', 'k') } catch { throw new Error('own') } }`,
    forge: `async *run(_, { storage }) { try { await storage.get('user', 'k') } catch (e) { throw new e.constructor('forged', 'SANDBOX_LOST') } }`,
  })
  const ask = (block: string): Promise<AshlarError | undefined> =>
    new Promise((resolve) => {
      const request: CallRequest = {
        kind: 'run',
        bundle: asking,
        cordon: 'builtin',
        owner: 'u',
        scope: 'e',
        affinity: 'e',
        block,
        input: () => '{}',
        timeoutMs: 5000,
      }
      const hostCall = (): Promise<never> => Promise.reject(new AshlarError('HTTP_DENIED', 'not there'))
      sandbox.call(request, { output: () => {}, hostCall, end: resolve })
    })

  it.each([
    ['pass', 'HTTP_DENIED', 'not there'],
    ['wrap', 'HTTP_DENIED', 'so it goes'],
    ['handle', 'BLOCK_FAILED', 'own'],
    ['forge', 'BLOCK_FAILED', 'forged'],
  ])('ends a block with its code unless the block handles it (%s)', async (block, code, message) => {
    expect(await ask(block)).toMatchObject({ code, message })
  })
})

describe('a machine with too weak isolation', () => {
  it('runs only built-in plugins', async () => {
    const weak = await createSandbox({ processes: 1 }, 'PROCESS')
    try {
      const own = await call(honest, 'add', {}, weak)
      const foreign = await call(honest, 'add', { cordon: 'user:alice' }, weak)
      expect([weak.isolation, own.outputs, foreign.error?.code]).toEqual(['PROCESS', [['n', 2]], 'SANDBOX_TOO_WEAK'])
    } finally {
      await weak.close()
    }
  })
})

describe('a bundle whose exports are a promise', () => {
  const definePlugin = newTestBundle({ say: `*run() { yield ['out', 'said'] }` }).code

  it('is loaded when the promise has resolved', async () => {
    const code = `module.exports = (async () => { await null; const module = { exports: {} }; ${definePlugin}; return module.exports })()`
    expect((await call({ digest: digestOf(code), code }, 'say')).outputs).toEqual([['out', 'said']])
  })

  it('fails to load when the promise waits for a timer', async () => {
    const code = `module.exports = new Promise((end) => setTimeout(end, 1))`
    expect((await call({ digest: digestOf(code), code }, 'say')).error).toMatchObject({
      code: 'PLUGIN_LOAD_FAILED',
      message:
        'Error: did not finish loading in time: a module awaits at its top level; timers do not fire before the plugin is loaded',
    })
  })

  it('fails to load when the promise rejects or has no plugin', async () => {
    for (const [end, message] of [
      [`Promise.reject(new RangeError('no'))`, /^RangeError: no/],
      ['Promise.resolve({})', /it has no default export/],
    ] as const) {
      const code = `module.exports = ${end}`
      const { error } = await call({ digest: digestOf(code), code }, 'say')
      expect(error).toMatchObject({ code: 'PLUGIN_LOAD_FAILED', message: expect.stringMatching(message) as unknown })
    }
  })
})

function digestOf(code: string): string {
  return createHash('sha256').update(code).digest('hex')
}
