import { expect, it } from 'vitest'
import { AshlarError } from '../base/index.ts'
import type { CapabilityHosts } from '../capabilities/index.ts'
import { recordHttp, type HttpExchange } from './http-recorder.ts'

type Answers = Record<string, (args: readonly unknown[]) => unknown>

/** Hosts whose session answers with these functions, and what was recorded. */
function record(answers: Answers, recordsHttp = true) {
  const stored: unknown[] = []
  const hosts = {
    createSession: () => ({
      getEffect: () => 'none',
      perform: async (method: string, args: readonly unknown[]) => answers[method]?.(args),
      close: () => {},
    }),
    close: () => Promise.resolve(),
  } as unknown as CapabilityHosts
  const store = async (executionId: string, nodeId: string, n: number, exchange: HttpExchange): Promise<void> => {
    stored.push({ executionId, nodeId, n, ...exchange })
  }
  const execution = { id: 'e', ownerId: 'o', graphId: null, recordsHttp }
  const run = { idempotencyKey: 'e:fetch:a:3' } as Parameters<CapabilityHosts['createSession']>[1]
  return { session: recordHttp(hosts, store).createSession(execution, run, () => ({})), stored }
}

const REQUEST = { method: 'GET', url: 'https://a.example/x?y=1#part', credential: 'a/b' }
const HEAD = { status: 200, headers: [['content-type', 'text/plain']] }

it('records a request and its response when the body ends', async () => {
  const chunks = [Buffer.from('ab').toString('base64'), Buffer.from('c').toString('base64'), null]
  const { session, stored } = record({ 'http.open': () => 1, 'http.response': () => HEAD, 'http.read': () => chunks.shift() })
  await session.perform('http.open', [REQUEST])
  await session.perform('http.response', [1])
  for (let i = 0; i < 3; i++) await session.perform('http.read', [1])
  expect(stored).toEqual([
    {
      executionId: 'e',
      nodeId: 'fetch:a',
      n: 3,
      method: 'GET',
      url: 'https://a.example/x?y=1',
      credential: 'a/b',
      response: { ...HEAD, base64: Buffer.from('abc').toString('base64'), isCut: false },
      error: null,
    },
  ])
})

it('marks a body that the block has not read, or that is larger than 1 MiB', async () => {
  const chunk = Buffer.alloc(64 * 1024).toString('base64')
  const { session, stored } = record({ 'http.open': () => 1, 'http.response': () => HEAD, 'http.read': () => chunk })
  await session.perform('http.open', [REQUEST])
  await session.perform('http.response', [1])
  for (let i = 0; i < 17; i++) await session.perform('http.read', [1])
  await session.perform('http.cancel', [1])
  expect(stored).toMatchObject([{ response: { isCut: true } }])
  const [first] = stored as HttpExchange[]
  expect(Buffer.from(first?.response?.base64 ?? '', 'base64')).toHaveLength(1024 * 1024)
})

it('records why a request failed, and throws the error', async () => {
  const fail = () => {
    throw new AshlarError('HTTP_FAILED', 'refused')
  }
  const denied = record({ 'http.open': fail })
  await expect(denied.session.perform('http.open', [REQUEST])).rejects.toThrow('refused')
  expect(denied.stored).toMatchObject([{ response: null, error: { code: 'HTTP_FAILED', message: 'refused' } }])
  const broken = record({ 'http.open': () => 1, 'http.response': () => HEAD, 'http.read': fail })
  await broken.session.perform('http.open', [REQUEST])
  await broken.session.perform('http.response', [1])
  await expect(broken.session.perform('http.read', [1])).rejects.toThrow('refused')
  expect(broken.stored).toMatchObject([{ response: null, error: { code: 'HTTP_FAILED' } }])
})

it('records at most 1000 exchanges of a node execution, and marks the last one as incomplete', async () => {
  const { session, stored } = record({ 'http.open': () => 1, 'http.response': () => HEAD, 'http.read': () => null })
  for (let i = 0; i < 1001; i++) {
    await session.perform('http.open', [REQUEST])
    await session.perform('http.response', [1])
    await session.perform('http.read', [1])
  }
  expect(stored).toHaveLength(1000)
  expect(stored.slice(-2)).toMatchObject([{ response: { isCut: false } }, { response: { isCut: true } }])
})

it.each([
  ['null', null],
  ['a text', 'GET'],
  ['an object without texts', { method: { toString: 1 }, url: 5, credential: {} }],
])('records the error of a request that is %s', async (_what, request) => {
  const fail = () => {
    throw new AshlarError('BAD_INPUT', 'no request')
  }
  const { session, stored } = record({ 'http.open': fail })
  await expect(session.perform('http.open', [request])).rejects.toMatchObject({ code: 'BAD_INPUT' })
  expect(stored).toMatchObject([{ method: '', url: '', credential: null, error: { code: 'BAD_INPUT' } }])
})

it('cuts a long URL, and marks the response as incomplete', async () => {
  const { session, stored } = record({ 'http.open': () => 1, 'http.response': () => HEAD, 'http.read': () => null })
  await session.perform('http.open', [{ ...REQUEST, url: `https://a.example/${'x'.repeat(1_000_000)}` }])
  await session.perform('http.response', [1])
  await session.perform('http.read', [1])
  expect(stored).toMatchObject([{ response: { isCut: true } }])
  expect((stored as HttpExchange[])[0]?.url).toHaveLength(16_384)
})

it('records nothing of executions that do not want it, and no other host calls', async () => {
  const { session, stored } = record({ 'http.open': () => 1, 'http.read': () => null }, false)
  await session.perform('http.open', [REQUEST])
  await session.perform('http.read', [1])
  const other = record({ 'storage.get': () => 1 })
  expect(await other.session.perform('storage.get', [1])).toBe(1)
  expect([...stored, ...other.stored]).toEqual([])
})
