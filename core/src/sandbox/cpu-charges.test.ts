import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AshlarError } from '../base/index.ts'
import { newCall, RecordSpace, type CallRequest, type CallSink } from './calls/index.ts'
import { createSandbox, type Sandbox } from './sandbox.ts'
import { DEFAULT_SANDBOX_LIMITS } from './limits/index.ts'
import { LOADING } from './channel/index.ts'
import { SandboxProcess } from './supervisor/index.ts'
import { newTestBundle } from '../testing/test-bundle.ts'

const MAX_CPU_MS = 800

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await createSandbox({ maxCpuMs: MAX_CPU_MS })
})
afterAll(() => sandbox.close())

const compute = (ms: number): string => `{ const end = Date.now() + ${ms}; while (Date.now() < end); }`
const PARTS = 400
const bundle = newTestBundle({
  wait: `async *run(_input, { storage }) { yield ['out', 'begun']; yield ['out', await storage.get('user', 'wait')] }`,
  'compute-behind-timers': `async *run() { for (let i = 0; i < ${PARTS}; i++) { ${compute(10)}; await new Promise((r) => setTimeout(r, 1)) } yield ['out', 'all'] }`,
  'compute-behind-answers': `async *run(_input, { storage }) { for (let i = 0; i < ${PARTS}; i++) { ${compute(10)}; await storage.get('user', 'k') } yield ['out', 'all'] }`,
  'compute-little': `*run() { ${compute(40)}; yield ['out', 'little'] }`,
})

interface Result {
  outputs: unknown[]
  code: string | undefined
}

/** All calls run in one isolate. The scope selects the context. */
function call(block: string, { scope = 'e', ...sink }: Partial<CallSink> & { scope?: string } = {}): Promise<Result> {
  const place = { cordon: 'user:u', owner: 'u', scope, affinity: 'u' }
  const request: CallRequest = { kind: 'run', bundle, ...place, block, input: () => '{"n":1}', timeoutMs: 120_000 }
  return new Promise((resolve) => {
    const outputs: unknown[] = []
    sandbox.call(request, {
      hostCall: () => Promise.resolve('answer'),
      ...sink,
      output: (...output) => {
        outputs.push(output[1])
        sink.output?.(...output)
      },
      end: (error) => resolve({ outputs, code: error?.code }),
    })
  })
}

/** Starts calls that wait for their host. @returns a function that releases them */
async function waiting(scopes: readonly string[]): Promise<() => Promise<Result[]>> {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const begun = scopes.map((scope) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const hostCall = (): Promise<unknown> => released.then(() => 'released')
    return { begins: promise, ends: call('wait', { scope, hostCall, output: () => resolve() }) }
  })
  await Promise.all(begun.map(({ begins }) => begins))
  return () => {
    release()
    return Promise.all(begun.map(({ ends }) => ends))
  }
}

describe('a call that waits', () => {
  const SCOPES = ['e', 'e', 'f']
  const ALL = SCOPES.map(() => ({ outputs: ['begun', 'released'], code: undefined }))

  it.each(['compute-behind-timers', 'compute-behind-answers'])(
    'is not charged for another call of its isolate that exceeds CPU_LIMIT: %s',
    async (block) => {
      const release = await waiting(SCOPES)
      expect(await call(block)).toEqual({ outputs: [], code: 'CPU_LIMIT' })
      expect(await release()).toEqual(ALL)
    },
  )

  it('is not charged for many short calls of its isolate', async () => {
    const release = await waiting(SCOPES)
    for (let i = 0; i < 60; i++)
      expect(await call('compute-little', { scope: SCOPES[i % 3] ?? '' })).toMatchObject({ code: undefined })
    expect(await release()).toEqual(ALL)
  })
})

describe('the charge for a report', () => {
  const GUEST = 'user:u|digest|scope|'

  /** A fake process that only sends reports, with calls in one isolate. */
  function processWith(ids: readonly number[]): {
    report(computing: number, cpuMs: number, json?: string): void
    codes: Map<number, unknown>
  } {
    let receive: (message: never) => void = () => {}
    const codes = new Map<number, unknown>()
    const process = new SandboxProcess(
      (events) => {
        receive = events.message
        return { ready: Promise.resolve(), pid: undefined, stderr: '', send: () => {}, kill: () => {} }
      },
      { ...DEFAULT_SANDBOX_LIMITS, maxCpuMs: MAX_CPU_MS },
      {
        lost: () => {},
        ended: () => {},
        adopted: () => {
          throw new Error('there is no stretch')
        },
        abort: () => {},
        idle: () => {},
        findInspector: () => undefined,
      },
    )
    for (const id of ids) {
      const place = {
        cordon: 'user:u',
        owner: 'user:u',
        scope: 'scope',
        affinity: 'scope',
        bundle: { digest: 'digest', code: '' },
      }
      const request: CallRequest = { kind: 'run', ...place, block: 'b', input: () => '{}', timeoutMs: 120_000 }
      const end = (error?: AshlarError): void => void codes.set(id, error?.code)
      process.inFlight.set(id, newCall(id, request, { output: () => {}, end }, new RecordSpace()))
    }
    return { report: (computing, cpuMs, json = '') => receive(['events', [[GUEST, json, cpuMs, computing]]] as never), codes }
  }

  it('goes to the call that computed, even if the report ends it', () => {
    const { report, codes } = processWith([256, 512])
    report(256, MAX_CPU_MS - 1, '{"t":"e","id":256}')
    report(512, 2 * MAX_CPU_MS - 2)
    expect(codes).toEqual(new Map([[256, undefined]]))
    report(512, 2 * MAX_CPU_MS)
    expect(codes).toEqual(
      new Map([
        [256, undefined],
        [512, 'CPU_LIMIT'],
      ]),
    )
  })

  it('goes to the first call of a stretch until the next one is adopted', () => {
    const { report, codes } = processWith([256, 512])
    report(257, MAX_CPU_MS + 1)
    expect(codes).toEqual(new Map([[256, 'CPU_LIMIT']]))
  })

  it('is divided among all calls if it is unknown which call computed', () => {
    const { report, codes } = processWith([256, 512])
    report(0, 2 * MAX_CPU_MS - 2)
    expect(codes.size).toBe(0)
    report(0, 2 * MAX_CPU_MS + 2)
    expect(codes).toEqual(
      new Map([
        [256, 'CPU_LIMIT'],
        [512, 'CPU_LIMIT'],
      ]),
    )
  })

  it('goes to no call while the isolate loads a bundle', () => {
    const { report, codes } = processWith([256])
    report(LOADING, 10 * MAX_CPU_MS)
    report(256, 10 * MAX_CPU_MS + 1)
    expect(codes.size).toBe(0)
  })

  it('includes the time in which the worker parses the report', () => {
    const { report, codes } = processWith([256, 512])
    // A value that `JSON.stringify` would write in another form is parsed.
    const slow = `{"t":"o","id":256,"pin":"out","v":[${Array(100_000).fill('{"\\u0062":0,"1":0}').join()}]}`
    for (let i = 0; i < 50 && codes.size === 0; i++) report(256, 0, slow)
    expect(codes).toEqual(new Map([[256, 'CPU_LIMIT']]))
  })
})
