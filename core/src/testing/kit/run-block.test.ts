import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineBlock } from '@ashlar/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { runBlock, testBlock, testPlugin, type RunOptions } from './index.ts'

/** The block that a test passes to the kit. The kit runs the block with the same id in the source below. */
const block = (i: number, name: string) =>
  defineBlock({
    id: `77777777-0000-4000-8000-00000000000${i}`,
    name,
    description: '',
    category: 'TEST',
    input: z.object({ n: z.number().default(1) }),
    output: z.object({ out: z.unknown() }),
    tests: [],
    *run() {},
  })

const SOURCE = `import { anyHost, apiKey, defineBlock, definePlugin, defineProvider } from '@ashlar/sdk'
import { z } from 'zod'
const service = defineProvider({ name: 'service', title: 'Service', hosts: ['api.example.com'], auth: [apiKey()] })
const MANY = ['wait', 'endless']
const block = (i, name, capabilities, run, tests = [], onCrash = 'fail') => defineBlock({
  id: '77777777-0000-4000-8000-00000000000' + i, name, description: name, category: 'TEST', tests, capabilities, onCrash,
  input: z.object({ n: z.number().default(1) }), output: z.object({ out: z.any().meta({ many: MANY.includes(name) }) }), run,
})
const count = async function* ({ n }, { storage, log }) {
  const was = (await storage.get('user', 'n')) ?? 0
  log('was ' + was)
  await storage.set('user', 'n', was + n)
  yield ['out', was + n]
}
const send = async function* ({ n }, { credentials }) {
  const { fetch } = await credentials('service')
  const response = await fetch('https://api.example.com/items?n=' + n, { method: 'POST', body: 'hello' })
  yield ['out', [response.status, await response.json()]]
}
const wait = async function* (_, { sleep }) {
  yield ['out', new Date().toISOString()]
  await sleep(86_400_000)
  yield ['out', new Date().toISOString()]
}
const at = '2026-01-02T03:04:05.000Z'
export default definePlugin({ name: 'kit', providers: [service], blocks: [
  block(1, 'count', { storage: ['user'] }, count, [
    { input: { n: 2 }, storage: { user: { n: 40 } }, output: [['out', 42]] },
    { name: 'wrong', input: {}, output: [['out', 2]] },
  ]),
  block(2, 'send', { http: [anyHost()], credentials: ['service'] }, send, [
    {
      input: {}, http: { 'POST https://api.example.com/items': { status: 201, json: { ok: true } } },
      credentials: { service: { type: 'API_KEY', key: 'test-key' } }, output: [['out', [201, { ok: true }]]],
    },
  ]),
  block(3, 'wait', { sleep: true }, wait, [{ input: {}, now: at, output: [['out', at], ['out', '2026-01-03T03:04:05.000Z']] }]),
  block(5, 'hoard', { storage: ['graph'] }, async function* ({ n }, { storage }) {
    await storage.set('graph', 'k'.repeat(n), 'x'.repeat(n * 1000))
    yield ['out', n]
  }),
  block(6, 'endless', {}, function* () { for (;;) yield ['out', 1] }),
  block(4, 'greedy', {}, function* ({}, { storage }) { yield ['out', 'begun']; storage.get('user', 'n'); while (true); }),
] })`

/** As many keys as a scope can hold. */
const FULL = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, null]))

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-kit-'))
  await mkdir(join(folder, 'src'))
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'kit', ashlar: { blocks: './src/index.ts' } }))
  await writeFile(join(folder, 'src', 'index.ts'), SOURCE)
})
afterAll(() => rm(folder, { recursive: true }))

describe('testPlugin', () => {
  it('runs the tests of every block with their fakes', async () => {
    expect(await testPlugin(folder)).toEqual([
      { block: 'kit/count', test: 'count 1', difference: undefined },
      { block: 'kit/count', test: 'wrong', difference: 'pair 1 on pin "out": expected 2, got 1' },
      { block: 'kit/send', test: 'send 1', difference: undefined },
      { block: 'kit/wait', test: 'wait 1', difference: undefined },
    ])
  })

  it('rejects a folder without a plugin', async () => {
    await expect(testPlugin(tmpdir())).rejects.toMatchObject({ code: 'PLUGIN_INVALID' })
  })
})

describe('testBlock', () => {
  it('runs the tests that the block declares', async () => {
    await testBlock(block(2, 'send'), { folder })
    await testBlock(block(3, 'wait'), { folder })
  })

  it('rejects a failed test with its name, the expected and the actual output', async () => {
    await expect(testBlock(block(1, 'count'), { folder })).rejects.toMatchObject({
      code: 'TESTS_FAILED',
      message: 'kit/count: wrong: pair 1 on pin "out": expected 2, got 1',
      details: { faults: [{ path: 'wrong', message: 'pair 1 on pin "out": expected 2, got 1' }] },
    })
  })

  it('rejects a block without tests', async () => {
    await expect(testBlock(block(4, 'greedy'), { folder })).rejects.toThrow('block kit/greedy declares no tests')
    await expect(testBlock(block(9, 'other'), { folder })).rejects.toThrow(/^block other .* is not exported by kit/)
  })
})

describe('runBlock', () => {
  it('returns outputs, logs and stored values', async () => {
    const run = await runBlock(block(1, 'count'), { n: 2 }, { folder, storage: { user: { n: 3, other: [1] } } })
    expect(run).toEqual({
      outputs: [['out', 5]],
      error: undefined,
      requests: [],
      hostCalls: [],
      stored: { graph: {}, user: { n: 5, other: [1] }, plugin: {} },
      files: {},
      logs: [{ level: 'info', text: 'was 3' }],
    })
  })

  it('returns requests as the service receives them, including the secret', async () => {
    const answers = [{ status: 500, json: 'no' }, { json: { key: 'test-key' } }]
    const fakes = {
      folder,
      http: { 'POST https://api.example.com/items?n=7': answers },
      credentials: { service: { type: 'API_KEY', key: 'test-key' } },
    } as const
    const run = await runBlock(block(2, 'send'), { n: 7 }, fakes)
    expect(run.outputs).toEqual([['out', [500, 'no']]])
    expect(run.requests).toEqual([
      {
        method: 'POST',
        url: 'https://api.example.com/items?n=7',
        headers: expect.objectContaining({
          authorization: 'Bearer test-key',
          'content-type': 'text/plain;charset=UTF-8',
        }) as unknown,
        body: 'hello',
      },
    ])
  })

  it('stops the clock at the given time and skips sleeps', async () => {
    const run = await runBlock(block(3, 'wait'), {}, { folder, now: '2026-01-02T03:04:05Z' })
    expect(run.outputs).toEqual([
      ['out', '2026-01-02T03:04:05.000Z'],
      ['out', '2026-01-03T03:04:05.000Z'],
    ])
  })

  it.each<[number, string, RunOptions & { inputs?: { n: number } }, string, RegExp]>([
    [2, 'send', {}, 'CREDENTIAL_MISSING', /the block needs a credential for kit\/service, but the fakes have none/],
    [
      2,
      'send',
      { credentials: { service: { type: 'API_KEY', key: 'test-key' } } },
      'HTTP_FAILED',
      /the fakes have no response for "POST https:\/\/api\.example\.com\/items\?n=1"; the fakes define no responses/,
    ],
    [1, 'count', { storage: { user: { n: 'a'.repeat(10) } }, timeoutMs: 5000 }, 'undefined', /undefined/],
    [5, 'hoard', { inputs: { n: 66 } }, 'OUTPUT_LIMIT', /the value is 66002 bytes long as JSON; the limit is 65536/],
    [5, 'hoard', { inputs: { n: 201 } }, 'BAD_INPUT', /a key must be text of 1 to 200 characters/],
    [5, 'hoard', { inputs: { n: 1 }, storage: { graph: FULL } }, 'OUTPUT_LIMIT', /at most 10000 keys and 65536 KiB/],
    [5, 'hoard', { inputs: { n: 1 }, storage: { graph: { ...FULL, k: 1, k0: null } } }, 'undefined', /undefined/],
    [4, 'greedy', { timeoutMs: 500 }, 'TIMEOUT', /did not finish within 500 ms/],
  ])('block %i (%s) ends with the expected error (%#)', async (i, name, { inputs = {}, ...options }, code, message) => {
    const { error } = await runBlock(block(i, name), inputs, { folder, ...options })
    expect(String(error?.code)).toBe(code)
    expect(String(error?.message)).toMatch(message)
  })

  it('ends a run that yields without end', async () => {
    const { outputs, error } = await runBlock(block(6, 'endless'), {}, { folder })
    expect([outputs.length, error?.code]).toEqual([100_000, 'OUTPUT_LIMIT'])
  })

  it('rejects invalid fakes and unknown blocks', async () => {
    const wrong = { folder, http: { 'https://api.example.com': {} } }
    await expect(runBlock(block(1, 'count'), {}, wrong)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('must be like "GET https://api.example.com/items"') as unknown,
    })
    await expect(runBlock(block(9, 'other'), {}, { folder })).rejects.toThrow(/block other .* is not exported by kit/)
  })
})
