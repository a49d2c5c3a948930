import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSandbox, type Sandbox } from './sandbox.ts'
import type { Bundle, CallRequest, CallSink } from './calls/index.ts'
import { newTestBundle } from '../testing/test-bundle.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await createSandbox({
    maxCpuMs: 1500,
    isolateMemoryMb: 32,
    processMemoryMb: 300,
    maxOutputBytes: 2_000_000,
    maxLogChars: 100_000,
  })
})
afterAll(() => sandbox.close())

/** The timers of a call end with it. The timers that a plugin sets while it loads continue. */
const ongoing = `
  let task = () => {}
  setInterval(() => task(), 5)
  const compute = () => { const end = Date.now() + 100; while (Date.now() < end); }
  const grow = () => { const kept = []; for (;;) kept.push(new Array(1000).fill(1)) }
`
const bundle = newTestBundle(
  {
    'compute-on': `*run() { task = compute; yield ['n', 1] }`,
    'grow-on': `*run() { task = grow; yield ['n', 1] }`,
    loop: `*run() { for (;;) {} }`,
    ask: `async *run(_input, { storage }) { const key = 'k' + Math.random(); yield ['out', [key, await storage.get('user', key)]] }`,
    'ask-and-go': `*run(_input, { storage }) { const big = 'x'.repeat(20_000) + Math.random(); void storage.get('user', 'k').then(() => big.length); yield ['n', 1] }`,
    'log-nothing': `*run() { for (let i = 0; i < 20_000; i++) console.log(''); yield ['n', 1] }`,
  },
  ongoing,
)

interface Place {
  code?: Bundle
  user?: string
  hostCall?: CallSink['hostCall']
  stretch?: string
  onLog?: (level: string) => void
}

/** @returns the values that the call yields, followed by the code of its error */
function call(block: string, { code = bundle, user = 'u', onLog, ...more }: Place = {}): Promise<unknown[]> {
  const request: CallRequest = {
    kind: 'run',
    bundle: code,
    cordon: `user:${user}`,
    owner: user,
    scope: 'e',
    affinity: user,
    block,
    input: () => '{"n":1}',
    timeoutMs: 30_000,
    ...(more.stretch !== undefined && { stretch: more.stretch }),
  }
  return new Promise((resolve) => {
    const results: unknown[] = []
    sandbox.call(request, {
      output: (_pin, value) => results.push(value),
      hostCall: more.hostCall ?? (() => Promise.resolve(null)),
      log: (level) => onLog?.(level),
      end: (error) => resolve([...results, error?.code]),
    })
  })
}

/** Resolves when one of the processes that ran before the work has ended. */
async function endedAfter(work: () => Promise<unknown>): Promise<void> {
  const pids = new Set(sandbox.pids())
  await work()
  while (pids.isSubsetOf(new Set(sandbox.pids()))) await new Promise((resolve) => setTimeout(resolve, 50))
}

describe('code that continues after its call has ended', () => {
  it('does not compute forever', () => endedAfter(async () => expect(await call('compute-on')).toEqual([1, undefined])))

  it('does not exceed the memory limit of a process', () =>
    endedAfter(async () => expect(await call('grow-on', { user: 'v' })).toEqual([1, undefined])))
})

describe('a request to the host', () => {
  it('does not receive the response to a request of an earlier start of its call', async () => {
    let asked = 0
    const { promise: hasAsked, resolve: ask } = Promise.withResolvers<void>()
    const { promise: hasAskedAgain, resolve: askAgain } = Promise.withResolvers<void>()
    const hostCall: CallSink['hostCall'] = async (_method, [, key]) => {
      ask()
      if (++asked > 1) askAgain()
      await hasAskedAgain
      return key
    }
    const asking = call('ask', { hostCall, user: 'w' })
    await hasAsked
    const [[answer, end], [ofLoop]] = await Promise.all([asking, call('loop', { user: 'w' })])
    expect([end, ofLoop]).toEqual([undefined, 'CPU_LIMIT'])
    expect(asked).toBe(2)
    const [key, value] = answer as string[]
    expect(value).toBe(key)
  })

  it('is discarded when its call ends', async () => {
    const hostCall: CallSink['hostCall'] = () => Promise.resolve(null)
    for (let i = 0; i < 2500; i++) expect(await call('ask-and-go', { hostCall, user: 'x' })).toEqual([1, undefined])
  })
})

it('counts empty console lines', async () => {
  let lines = 0
  expect(await call('log-nothing', { onLog: () => lines++, user: 'y' })).toEqual([1, undefined])
  expect(lines).toBeLessThan(100_000 / 32 + 2)
})

it('kills a process whose guest reports too much about calls that are never adopted', async () => {
  const bent = newTestBundle(
    {
      lead: `*run() {
        const next = Array.from({ length: 200 }, (_, i) => [base + 1 + i, 1])
        const events = next.map(([id]) => '{"t":"o","id":' + id + ',"pin":"n","v":"' + 'x'.repeat(20_000) + '"}')
        JSON.stringify = (value) => {
          if (value !== 'n') return stringify(value)
          JSON.stringify = stringify
          return '"n","next":' + stringify(next) + ',"v":1},' + events.join() + ',{"t":"x","id":0,"x":"y"'
        }
        yield ['n', 1]
      }`,
      follow: `*run() { yield ['n', 2] }`,
    },
    `const { stringify, parse } = JSON
     let base = 0
     JSON.parse = (text, ...rest) => { const value = parse(text, ...rest); if (Array.isArray(value) && value[0]?.kind === 'run') base = value[0].id; return value }`,
  )
  const stretch = JSON.stringify({
    nodes: [
      { block: 'lead', inputs: {}, links: {} },
      { block: 'follow', inputs: {}, links: {} },
    ],
  })
  await endedAfter(async () => expect(await call('lead', { code: bent, stretch, user: 'z' })).toEqual([1, undefined]))
})
