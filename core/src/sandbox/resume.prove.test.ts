import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSandbox, type Sandbox } from './sandbox.ts'
import type { CallRequest, CallSink } from './calls/index.ts'
import { newTestBundle } from '../testing/test-bundle.ts'
import { killAll } from '../testing/test-kill.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await createSandbox({ maxCpuMs: 1500, isolateMemoryMb: 64, processMemoryMb: 400 })
})
afterAll(() => sandbox.close())

const wait = (ms: number): string => `await new Promise((r) => setTimeout(r, ${ms}))`
const bundle = newTestBundle(
  {
    act: `async *run({ n }, { storage }) {
      yield ['out', await storage.get('user', 'a')]
      if (n > 1) yield ['out', await storage.get('user', 'b')]
      ${wait(400)}
      yield ['out', await storage.get('user', 'last')]
    }`,
    'act-at-once': `async *run({ n }, { storage }) {
      const branch = async (name) => { for (let i = 0; i < 3; i++) { await storage.get('user', name + i); ${wait(60)} } }
      await Promise.all(['a', 'b', 'c'].map(branch))
      yield ['n', n]
    }`,
    'act-by-chance': `async *run(_input, { storage }) { yield ['out', await storage.get('user', 'k' + Math.random())]; ${wait(400)} }`,
    'act-and-loop': `async *run(_input, { storage }) { await storage.get('user', 'a'); for (;;); }`,
    'act-and-grow': `async *run(_input, { storage }) { await storage.get('user', 'a'); const all = []; for (;;) all.push(new Array(1000).fill(1)) }`,
    grow: `*run() { const all = []; for (;;) all.push(new Array(1000).fill(1)) }`,
    'act-deep': `async *run(_input, { storage }) {
      const [open, close] = ['{"b":0,"1":'.repeat(4000), '}'.repeat(4000)]
      const { stringify } = JSON
      JSON.stringify = () => '["user",' + open + '1' + close + ']'
      const asked = storage.get('user', 'a')
      JSON.stringify = stringify
      yield ['out', await asked]
    }`,
    loop: `*run() { for (;;); }`,
    wait: `async *run() { yield ['n', 1]; ${wait(3000)}; yield ['n', 2] }`,
    'grow-on': `*run() { task = () => { const kept = []; for (;;) kept.push(new Array(1000).fill(1)) }; yield ['n', 1] }`,
  },
  `let task = () => {}; setInterval(() => task(), 5)`,
)

interface Result {
  outputs: unknown[]
  code: string | undefined
  /** The requests that the host has performed. */
  performed: string[]
  /** The number of times that `restarted` was called. */
  restarted: number
}

interface How {
  user: string
  n?: number
  owner?: string
  hostCall?: CallSink['hostCall']
  repeatable?: boolean
  onOutput?: () => void
}

function call(block: string, { user, owner = user, n = 1, repeatable = false, hostCall, onOutput }: How): Promise<Result> {
  const place = { cordon: `user:${user}`, owner, scope: 'e', affinity: user }
  const request: CallRequest = { kind: 'run', bundle, ...place, block, input: () => `{"n":${n}}`, timeoutMs: 60_000, repeatable }
  return new Promise((resolve) => {
    const result: Result = { outputs: [], code: undefined, performed: [], restarted: 0 }
    sandbox.call(request, {
      output(_pin, value) {
        result.outputs.push(value)
        onOutput?.()
      },
      restarted: () => result.restarted++,
      hostCall: async (method, args) => {
        result.performed.push(String(args[1]))
        return hostCall ? hostCall(method, args) : `answer to ${String(args[1])}`
      },
      end: (error) => resolve({ ...result, code: error?.code }),
    })
  })
}

const killProcesses = (): void => killAll(sandbox.pids())

const later = <T>(ms: number, value: T): Promise<T> => new Promise((resolve) => setTimeout(resolve, ms, value))

describe('a call that must not repeat its effects, whose process ends', () => {
  it('receives the recorded responses and continues', async () => {
    const result = await call('act', { user: 'a', n: 2, onOutput: once(killProcesses, 2) })
    expect(result).toEqual({
      outputs: ['answer to a', 'answer to b', 'answer to last'],
      code: undefined,
      performed: ['a', 'b', 'last'],
      restarted: 1,
    })
  })

  it('receives a pending response', async () => {
    const kill = once(() => void setTimeout(killProcesses, 300))
    const hostCall: CallSink['hostCall'] = (_method, [, key]) => {
      kill()
      return later(1000, key)
    }
    expect(await call('act', { user: 'b', hostCall })).toMatchObject({
      outputs: ['a', 'last'],
      code: undefined,
      performed: ['a', 'last'],
    })
  })

  it('ends when the arguments of a request are nested too deep', async () => {
    expect(await call('act-deep', { user: 'deep' })).toMatchObject({ code: 'BAD_INPUT', performed: [] })
  })

  it('continues after each loss', async () => {
    const hostCall: CallSink['hostCall'] = (_method, [, key]) => {
      setTimeout(killProcesses, 100)
      return later(500, key)
    }
    expect(await call('act', { user: 'c', n: 2, hostCall })).toMatchObject({
      outputs: ['a', 'b', 'last'],
      code: undefined,
      performed: ['a', 'b', 'last'],
    })
  })

  it('continues after concurrent requests', async () => {
    const kill = once(killProcesses, 5)
    const hostCall: CallSink['hostCall'] = (_method, [, key]) => {
      kill()
      return later(String(key).charCodeAt(0) % 3, key)
    }
    const { performed, ...rest } = await call('act-at-once', { user: 'd', hostCall })
    expect(rest).toMatchObject({ outputs: [1], code: undefined })
    expect(performed.toSorted((a, b) => a.localeCompare(b))).toEqual(['a0', 'a1', 'a2', 'b0', 'b1', 'b2', 'c0', 'c1', 'c2'])
  })

  it('is interrupted when it makes a different request', async () => {
    const result = await call('act-by-chance', { user: 'e', onOutput: once(killProcesses) })
    expect(result.code).toBe('EFFECT_INTERRUPTED')
    expect(result.performed.length).toBe(1)
  })

  it('is interrupted when its responses are too long to record', async () => {
    const hostCall = (): Promise<unknown> => Promise.resolve('x'.repeat(5 * 1024 * 1024))
    const result = await call('act', { user: 'f', hostCall, onOutput: once(killProcesses) })
    expect(result).toMatchObject({ code: 'EFFECT_INTERRUPTED', performed: ['a'] })
  })
})

describe('a call that exceeds a limit after a host call', () => {
  it.each([
    ['act-and-loop', 'CPU_LIMIT'],
    ['act-and-grow', 'MEMORY_LIMIT'],
  ])('ends with the code of its limit (%s)', async (block, code) => {
    expect(await call(block, { user: block })).toMatchObject({ code, performed: ['a'] })
  })
})

describe('a call with host calls in an isolate that another call ends', () => {
  it.each([
    ['loop', 'CPU_LIMIT'],
    ['grow', 'MEMORY_LIMIT'],
    ['act-and-loop', 'CPU_LIMIT'],
    ['act-and-grow', 'MEMORY_LIMIT'],
  ])('continues without performing a request twice (%s)', async (block, code) => {
    const user = `beside ${block}`
    const { promise: haveActed, resolve: allHaveActed } = Promise.withResolvers<void>()
    const onOutput = once(allHaveActed, 3)
    const innocent = Array.from({ length: 3 }, () => call('act', { user, onOutput }))
    await haveActed
    const guilty = await call(block, { user })
    expect(guilty.code).toBe(code)
    expect(await Promise.all(innocent)).toEqual(
      innocent.map(() => ({
        outputs: ['answer to a', 'answer to last'],
        code: undefined,
        performed: ['a', 'last'],
        restarted: 1,
      })),
    )
  })

  it('also continues if it may run again from its beginning', async () => {
    const user = 'repeated'
    const innocent = call('act', { user, repeatable: true })
    expect((await call('loop', { user })).code).toBe('CPU_LIMIT')
    expect(await innocent).toMatchObject({ outputs: ['answer to a', 'answer to last'], code: undefined })
  })
})

it('the only call in a process is not blamed for memory that the code of ended calls holds', async () => {
  const innocent = call('wait', { user: 'shared', owner: 'innocent' })
  expect((await call('grow-on', { user: 'shared', owner: 'guilty' })).code).toBeUndefined()
  expect(await innocent).toMatchObject({ outputs: [1, 2], code: undefined })
})

/** Calls a function the nth time that it is called. */
function once(work: () => void, nth = 1): () => void {
  let times = 0
  return () => {
    if (++times === nth) work()
  }
}
