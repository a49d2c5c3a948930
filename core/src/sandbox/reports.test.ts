import { afterAll, beforeAll, expect, it } from 'vitest'
import { newTestBundle } from '../testing/test-bundle.ts'
import type { AshlarError } from '../base/index.ts'
import { forwardReport, newCall, parseEvents, prepareRestart, RecordSpace } from './calls/index.ts'
import { createSandbox, type Sandbox } from './index.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await createSandbox({ processes: 1 })
})
afterAll(() => sandbox.close())

const bundle = newTestBundle({
  letters: `async *run(_input, { stream }) {
    for (const text of ['one', ' two']) { stream('out', text); await new Promise((resolve) => setTimeout(resolve, 20)) }
    yield ['out', 'one two']
    stream('out', 'three'); await new Promise((resolve) => setTimeout(resolve, 20))
    yield ['out', 'three']
  }`,
  'at-once': `async *run(_input, { stream }) { for (const text of ['a', 'b', '', 'c']) stream('out', text); yield ['n', 1]; await new Promise((resolve) => setTimeout(resolve, 20)) }`,
  flood: `*run(_input, { stream }) { const end = Date.now() + 200; while (Date.now() < end) stream('out', 'x'.repeat(10_000)); yield ['n', 1] }`,
  wrong: `*run({ n }, { stream }) { stream(...[['nope', 'x'], ['out', 7], ['constructor', 'x']][n]) }`,
  usage: `*run(_input, { usage }) { usage({ provider: 'p', model: 'm', inputTokens: 3 }); yield ['n', 1] }`,
  'usage-wrong': `*run({ n }, { usage }) { usage([
    7, { provider: '', model: 'm' }, { provider: 'p', model: 'm\\u0000' }, { provider: 'p', model: 'm', inputTokens: -1 },
    { provider: 'p', model: 'm', costUsd: NaN }][n]) }`,
})

interface Result {
  events: unknown[]
  error?: AshlarError | undefined
}

function call(block: string, n = 0): Promise<Result> {
  const events: unknown[] = []
  const place = { cordon: 'builtin', owner: 'u', scope: 'e', affinity: 'e' }
  const request = { kind: 'run', bundle, ...place, block, input: () => JSON.stringify({ n }), timeoutMs: 5000 } as const
  return new Promise((resolve) => {
    sandbox.call(request, {
      output: (pin, value) => events.push([pin, value]),
      stream: (pin, offset, text) => events.push({ pin, offset, text }),
      usage: (usage) => events.push(usage),
      end: (error) => resolve({ events, error }),
    })
  })
}

it('passes on pieces of a text before its output, and starts the next text at 0', async () => {
  expect((await call('letters')).events).toEqual([
    { pin: 'out', offset: 0, text: 'one' },
    { pin: 'out', offset: 3, text: ' two' },
    ['out', 'one two'],
    { pin: 'out', offset: 0, text: 'three' },
    ['out', 'three'],
  ])
})

it('joins pieces that a block streams without a pause', async () => {
  expect((await call('at-once')).events).toEqual([['n', 1], { pin: 'out', offset: 0, text: 'abc' }])
})

it('reports at most 64 KiB of a text at a time', async () => {
  const { events, error } = await call('flood')
  expect(error).toBeUndefined()
  const lengths = events.flatMap((event) =>
    event && typeof event === 'object' && 'text' in event ? String(event.text).length : [],
  )
  expect(Math.max(...lengths)).toBe(64 * 1024)
  expect(lengths.length).toBeLessThan(40)
})

it('ignores a piece of a text that is longer than a guest reports', () => {
  const report = (chars: number): string => JSON.stringify({ t: 's', id: 1, pin: 'out', offset: 0, text: 'x'.repeat(chars) })
  const limit = 64 * 1024
  expect(parseEvents([limit, limit + 1].map(report).join(), 1_000_000)).toMatchObject([{ t: 's' }])
})

it.each([
  ['wrong', 0, 'stream takes the name of an output pin of the block, got "nope"'],
  ['wrong', 1, 'stream takes a text, got 7'],
  ['wrong', 2, 'stream takes the name of an output pin of the block, got "constructor"'],
  ['usage-wrong', 0, 'usage takes an object, got 7'],
  ['usage-wrong', 1, 'usage: "provider" must be a text of 1 to 100 characters without control characters, got ""'],
  ['usage-wrong', 2, 'usage: "model" must be a text of 1 to 200 characters without control characters, got "m\\u0000"'],
  ['usage-wrong', 3, 'usage: "inputTokens" must be an integer from 0 to 1000000000, got -1'],
  ['usage-wrong', 4, 'usage: "costUsd" must be null or a number from 0 to 1000000, got NaN'],
])('%s %i fails with BAD_INPUT', async (block, n, message) => {
  expect((await call(block, n)).error).toMatchObject({ code: 'BAD_INPUT', message })
})

it('passes on what a request has consumed', async () => {
  const usage = { provider: 'p', model: 'm', inputTokens: 3, outputTokens: 0, cachedTokens: 0, costUsd: null }
  expect((await call('usage')).events).toEqual([usage, ['n', 1]])
})

it.each([
  ['a call whose responses are recorded', false, [1]],
  ['a call that repeats its requests', true, [1, 1]],
])('counts the usage of %s, when it runs again', (_name, repeatable, counted) => {
  const taken: number[] = []
  const place = { cordon: 'builtin', owner: 'u', scope: 'e', affinity: 'e' }
  const request = { kind: 'run', bundle, ...place, block: 'usage', input: () => '', timeoutMs: 5000, repeatable } as const
  const sink = { output: () => {}, end: () => {}, usage: () => void taken.push(1) }
  const call = prepareRestart(newCall(1, request, sink, new RecordSpace()))
  const report = {
    t: 'u',
    id: 1,
    usage: { provider: 'p', model: 'm', inputTokens: 1, outputTokens: 0, cachedTokens: 0, costUsd: null },
  } as const
  forwardReport(call, report, 1000)
  prepareRestart(call)
  forwardReport(call, report, 1000)
  expect(taken).toEqual(counted)
})
