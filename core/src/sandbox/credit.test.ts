import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AshlarError } from '../base/index.ts'
import type { Bundle, CallRequest, CallSink } from './calls/index.ts'
import { CREDIT } from './channel/index.ts'
import { createSandbox, type Sandbox } from './sandbox.ts'
import { newTestBundle } from '../testing/test-bundle.ts'
import { killAll } from '../testing/test-kill.ts'

const MAX_OUTPUTS = 1000
const MAX_CPU_MS = 600
let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await createSandbox({ maxOutputs: MAX_OUTPUTS, maxCpuMs: MAX_CPU_MS, isolateMemoryMb: 32 })
})
afterAll(() => sandbox.close())

const compute = (ms: number): string => `{ const end = Date.now() + ${ms}; while (Date.now() < end); }`
const bundle = newTestBundle(
  {
    count: `*run({ n }) { for (let i = 0; i < n; i++) yield ['n', i] }`,
    'count-async': `async *run({ n }) { for (let i = 0; i < n; i++) { if (i % 100 === 0) await null; yield ['n', i] } }`,
    large: `*run({ n }) { for (let i = 0; i < n; i++) yield ['n', 'x'.repeat(${CREDIT.chars})] }`,
    long: `*run({ n }) { for (let i = 0; i < n; i++) { if (i % 64 === 0) ${compute(100)}; yield ['n', i] } }`,
    together: `*run() { yield { n: 'a', m: 1 }; yield { n: 'b' }; yield { n: 'c', m: 3, out: 'once' }; yield ['m', 4] }`,
    clean: `*run({ n }, { log }) { try { for (let i = 0; i < n; i++) yield ['n', i] } finally { log('closed') } }`,
    fail: `*run({ n }) { for (let i = 0; i < n; i++) yield ['n', i]; throw new Error('no luck') }`,
    'yield-done': `*run() { yield ['end', 1] }`,
    'yield-caught': `*run() { yield { n: 1, failed: {} } }`,
    'yield-nothing': `*run() { yield { out: 1 } }`,
    'yield-error': `*run() { yield { n: 1, error: 'no' } }`,
    'yield-unknown': `*run() { yield { n: 1, nope: 1 } }`,
  },
  '',
  `{ n: z.any().meta({ many: true }), m: z.any().meta({ many: true }), out: z.any(), end: z.any().meta({ done: true }), failed: z.any().meta({ caught: true }) }`,
)
const single = newTestBundle({
  together: `*run() { yield { n: 1 } }`,
  count: `*run({ n }) { for (let i = 0; i < n; i++) yield ['n', i] }`,
})

interface Result {
  outputs: unknown[][]
  error: AshlarError | undefined
  logs: string[]
  /** The number of outputs at each pause. */
  pauses: number[]
}

interface Options extends Partial<CallRequest> {
  n?: number
  more?: CallSink['more']
  output?: () => void
}

function call(code: Bundle, block: string, { n = 1, more, output, ...request }: Options = {}): Promise<Result> {
  return new Promise((resolve) => {
    const result: Result = { outputs: [], error: undefined, logs: [], pauses: [] }
    const place = { cordon: 'builtin', owner: 'u', scope: 'e', affinity: 'e', manyPins: new Set(['n', 'm']) }
    const full: CallRequest = {
      kind: 'run',
      bundle: code,
      block,
      ...place,
      input: () => JSON.stringify({ n }),
      timeoutMs: 20_000,
      ...request,
    }
    sandbox.call(full, {
      output: (pin, value, _foreseen, k) => {
        result.outputs.push(k === undefined ? [pin, value] : [pin, value, k])
        output?.()
      },
      more: () => {
        result.pauses.push(result.outputs.length)
        return more?.()
      },
      log: (_level, text) => result.logs.push(text),
      end: (error) => resolve({ ...result, error }),
    })
  })
}

describe('a run with many values', () => {
  it.each(['count', 'count-async'])(
    'yields more than the limit of outputs, with a pause after each credit (%s)',
    async (block) => {
      const { outputs, error, pauses } = await call(bundle, block, { n: 3000 })
      expect(error).toBeUndefined()
      expect(outputs.map(([, value]) => value)).toEqual(Array.from({ length: 3000 }, (_, i) => i))
      expect(pauses).toEqual(Array.from({ length: 11 }, (_, i) => (i + 1) * CREDIT.outputs))
    },
  )

  it('has no pause before a credit is used', async () => {
    const { outputs, pauses } = await call(bundle, 'count', { n: CREDIT.outputs - 1 })
    expect([outputs.length, pauses]).toEqual([CREDIT.outputs - 1, []])
  })

  it('pauses earlier if its values are large', async () => {
    expect((await call(bundle, 'large', { n: 4 })).pauses).toEqual([1, 2, 3, 4])
  })

  it('yields nothing while the receiver waits, and does not exceed its deadline in that time', async () => {
    let outputs = 0
    const seen: number[] = []
    const more = (): Promise<void> =>
      new Promise((resolve) => {
        const before = outputs
        setTimeout(() => {
          seen.push(outputs - before)
          resolve()
        }, 400)
      })
    const result = await call(bundle, 'count', { n: 600, timeoutMs: 500, more, output: () => outputs++ })
    expect([result.error, result.outputs.length, seen]).toEqual([undefined, 600, [0, 0]])
  })

  it('ends at its deadline if it computes for too long between pauses', async () => {
    expect((await call(bundle, 'long', { n: 100_000, timeoutMs: 300 })).error?.code).toBe('TIMEOUT')
  })

  it('may use the limit of CPU time for each credit', async () => {
    const { error, outputs } = await call(bundle, 'long', { n: 3 * CREDIT.outputs })
    expect([error, outputs.length]).toEqual([undefined, 3 * CREDIT.outputs]) // 1.2 s in all, 0.4 s each
  })

  it('is ended at its yield when it is aborted during a pause', async () => {
    const closed = Promise.withResolvers<string>()
    const paused = Promise.withResolvers<void>()
    const hold = (): Promise<void> => {
      paused.resolve()
      return new Promise(() => {})
    }
    const code = newTestBundle(
      {
        first: `*run() { try { for (;;) yield ['n', 1] } finally { closed = true } }`,
        second: `async *run() { while (!closed) await new Promise((r) => setTimeout(r, 5)); yield ['out', 'closed'] }`,
      },
      'let closed = false',
      '{ n: z.any().meta({ many: true }), out: z.any() }',
    )
    const place = { cordon: 'builtin', owner: 'u', scope: 'e', affinity: 'e', manyPins: new Set(['n']) }
    const request = { kind: 'run', bundle: code, ...place, input: () => '{}', timeoutMs: 20_000 } as const
    const abort = sandbox.call({ ...request, block: 'first' }, { output: () => {}, more: hold, end: () => {} })
    await paused.promise
    abort()
    sandbox.call({ ...request, block: 'second' }, { output: (_pin, value) => closed.resolve(String(value)), end: () => {} })
    expect(await closed.promise).toBe('closed')
  })

  it('runs its finally blocks at its end, and reports its error after its values', async () => {
    expect((await call(bundle, 'clean', { n: 600 })).logs).toEqual(['closed'])
    const { outputs, error } = await call(bundle, 'fail', { n: 600 })
    expect([outputs.length, error?.message]).toEqual([600, 'no luck'])
  })

  it('continues after its process was killed, without the outputs that were delivered', async () => {
    let count = 0
    const { outputs, error } = await call(bundle, 'count', {
      n: 1000,
      output: () => {
        if (++count === 700) killAll(sandbox.pids())
      },
    })
    expect(error).toBeUndefined()
    expect(outputs.map(([, value]) => value)).toEqual(Array.from({ length: 1000 }, (_, i) => i))
  })

  it('reports the outputs that an earlier attempt delivered with their places', async () => {
    const skipped: unknown[][] = []
    const outputs: unknown[][] = []
    await new Promise<void>((resolve) => {
      const place = { cordon: 'builtin', owner: 'u', scope: 'e', affinity: 'e', manyPins: new Set(['n', 'm']) }
      sandbox.call(
        { kind: 'run', bundle, block: 'together', ...place, input: () => '{}', timeoutMs: 20_000, skipOutputs: 4 },
        {
          output: (pin, value, _foreseen, k) => outputs.push([pin, value, k]),
          skipped: (...skip) => skipped.push(skip),
          end: () => resolve(),
        },
      )
    })
    expect(skipped).toEqual([
      [0, 'n', 'a', undefined],
      [1, 'm', 1, undefined],
      [2, 'n', 'b', undefined],
      [3, 'n', 'c', undefined],
    ])
    expect(outputs).toEqual([
      ['m', 3, 2],
      ['out', 'once', undefined],
      ['m', 4, 3],
    ])
  })
})

describe('a yielded object', () => {
  it('is one iteration of all pins', async () => {
    const { outputs } = await call(bundle, 'together')
    expect(outputs).toEqual([
      ['n', 'a'],
      ['m', 1],
      ['n', 'b'],
      ['n', 'c'],
      ['m', 3, 2],
      ['out', 'once'],
      ['m', 4, 3],
    ])
  })

  it.each([
    ['yield-done', 'run yields to "end", which is done: Ashlar emits the values of this pin, and the block must not'],
    ['yield-caught', 'run yields to "failed", which is caught: Ashlar emits the values of this pin'],
    ['yield-nothing', 'run yields {"out":1}, an iteration without a value on a pin that is many: yield such values as pairs'],
    ['yield-error', 'yield "error" as a pair ["error", value], not in an object'],
    ['yield-unknown', 'run yields to "nope", which is not an output pin of the block; its output pins are n, m, out'],
  ])('or pair is rejected if the block must not yield it (%s)', async (block, message) => {
    const { error, outputs } = await call(bundle, block)
    expect([outputs, error?.code]).toEqual([[], 'BLOCK_OUTPUT_INVALID'])
    expect(error?.message).toContain(message)
  })

  it('is rejected if the block has no pin that is many', async () => {
    const { error } = await call(single, 'together', { manyPins: new Set() })
    expect(error?.code).toBe('BLOCK_OUTPUT_INVALID')
    expect(error?.message).toContain('run must yield [pin, value] pairs, got {"n":1}; only a block with an output that is many')
  })
})

it('a block without pins that are many keeps the limit of outputs', async () => {
  const { error, outputs, pauses } = await call(single, 'count', { n: MAX_OUTPUTS + 1, manyPins: new Set() })
  expect([error?.code, outputs.length, pauses]).toEqual(['OUTPUT_LIMIT', MAX_OUTPUTS, []])
})

describe('a hostile guest', () => {
  /** Its `run` replaces the JSON text of the pin `n` in its reports. */
  const forge = (body: string): Bundle =>
    newTestBundle(
      {
        forge: `async *run() {
          const { stringify } = JSON
          let text = '"n"'
          JSON.stringify = (value) => value === 'n' ? text : stringify(value)
          try { ${body} } finally { JSON.stringify = stringify }
        }`,
      },
      '',
      '{ n: z.any().meta({ many: true }), out: z.any() }',
    )

  it('that ignores its credit is stopped at the limit of outputs', async () => {
    // each yield reports 50 further outputs
    const body = `const many = Array(50).fill('"n","v":1},{"t":"o","id":ID,"pin":').join('')
      for (let i = 0; i < 100; i++) { text = many.replaceAll('ID', String(CALL)) + '"n"'; yield ['n', i] }`
    const { error, outputs } = await forgeWithId(body)
    expect([error?.code, outputs.length]).toEqual(['OUTPUT_LIMIT', MAX_OUTPUTS])
  })

  it.each([
    ['a repeated index', `yield ['n', 1]; text = '"n","k":0'; yield ['n', 2]`, 'output "n" has no iteration 0'],
    ['an index far ahead', `text = '"n","k":1000000000'; yield ['n', 2]`, 'output "n" has no iteration 1000000000'],
    ['an index of a pin without iterations', `text = '"out","k":0'; yield ['n', 2]`, 'output "out" has no iterations'],
  ])('that reports %s ends with BLOCK_OUTPUT_INVALID', async (_, body, message) => {
    const { error } = await call(forge(body), 'forge', { manyPins: new Set(['n']) })
    expect([error?.code, error?.message]).toEqual(['BLOCK_OUTPUT_INVALID', message])
  })

  it.each(['-1', '1.5', '"0"', 'null', '9007199254740993'])('that reports the index %s loses the output', async (k) => {
    const { error, outputs } = await call(forge(`text = '"n","k":${k}'; yield ['n', 1]; text = '"n"'; yield ['n', 2]`), 'forge', {
      manyPins: new Set(['n']),
    })
    expect([error, outputs]).toEqual([undefined, [['n', 2]]])
  })

  it('that yields on a done pin is stopped by the worker', async () => {
    const { error } = await call(forge(`text = '"end"'; yield ['n', 1]`), 'forge', {
      manyPins: new Set(['n']),
      pins: new Set(['n', 'out']),
    })
    expect([error?.code, error?.message]).toEqual(['BLOCK_OUTPUT_INVALID', 'no output pin "end"'])
  })

  it('that requests credits without yielding gets no additional CPU time', async () => {
    const body = `for (;;) { ${compute(50)}; await new Promise((resume) => {
      text = '"n","v":1},{"t":"c","id":ID,"request":0,"method":"outputs.more","args":[]},{"t":"x","id":0,"x":'.replace('ID', String(CALL)) + '"n"'
      setTimeout(resume, 1)
    }); yield ['n', 1] }`
    expect((await forgeWithId(body)).error?.code).toBe('CPU_LIMIT')
  })

  /** The guest learns the id of its call from the report of its first output. */
  function forgeWithId(body: string): Promise<Result> {
    const withId = `let CALL = 0
      const { stringify: inner } = JSON
      const join = Array.prototype.push
      Array.prototype.push = function (...items) { for (const each of items) { const found = /"t":"o","id":(\\d+)/.exec(each); if (found) CALL = Number(found[1]) } return join.apply(this, items) }
      yield ['n', 0]
      ${body}`
    return call(forge(withId), 'forge', { manyPins: new Set(['n']) })
  }
})
