import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHostileRuntime, type HostileRuntime } from './hostile-runtime.ts'

const ADD = `
  const before = Number(await context.storage.get('user', n))
  await context.storage.set('user', n, before + 1)
  yield ['out', before]
  await new Promise((r) => setTimeout(r, 1500))
  yield ['n', Number(await context.storage.get('user', n))]`

const STORAGE = `{ storage: ['user'] }`

let hostile: HostileRuntime
beforeAll(async () => {
  hostile = await startHostileRuntime([
    { name: 'add', run: ADD, capabilities: STORAGE },
    { name: 'loop', run: `await new Promise((r) => setTimeout(r, 500)); for (;;);` },
    {
      name: 'grow',
      run: `await new Promise((r) => setTimeout(r, 500)); const all = []; for (;;) all.push(new Array(1000).fill(1))`,
    },
    {
      name: 'act-and-grow',
      run: `await context.storage.get('user', 'x'); await new Promise((r) => setTimeout(r, 500)); const all = []; for (;;) all.push(new Array(1000).fill(1))`,
      capabilities: STORAGE,
    },
    { name: 'reject', run: `Promise.reject(new Proxy({}, { get() { for (;;); } })); await new Promise(() => {})` },
  ])
})
afterAll(() => hostile.close())

/** Which limit ends a call depends on timing when the sandbox does not know the guilty call, or when calls share memory. */
const ENDS = ['CPU_LIMIT', 'MEMORY_LIMIT', 'TIMEOUT', 'SANDBOX_LOST']

describe('executions that share a sandbox with one that crashes it', () => {
  it.each(['loop', 'grow', 'act-and-grow', 'reject'])('complete with each effect performed once: %s', async (block) => {
    const { mallory } = hostile
    const keys = ['a', 'b', 'c'].map((name) => `${block}-${name}`)
    const others = keys.map((key) => hostile.run(mallory, ['add'], key, 60_000))
    const guilty = await hostile.run(mallory, [block])
    expect(ENDS).toContain(guilty.code)
    const outcomes = await Promise.all(others)
    expect(outcomes).toMatchObject(
      outcomes.map(() => ({
        status: 'COMPLETED',
        yielded: [
          ['out', 0],
          ['n', 1],
        ],
      })),
    )
  })
})
