import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestRuntime, type TestRuntime } from '../../testing/index.ts'
import { createBlockStorage, type BlockStorage } from './block-storage.ts'
import { createFakeStorage } from './fake.ts'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime({ role: 'gateway' })
})
afterAll(() => runtime.close())

const STORAGES: [name: string, create: () => BlockStorage][] = [
  ['Postgres', () => createBlockStorage(runtime.database.pool)],
  ['the fakes', () => createFakeStorage(new Map())],
]

type Step = [method: keyof BlockStorage, ...args: unknown[]]

/** @returns the result of each step, or the code of its error */
async function perform(storage: BlockStorage, steps: readonly Step[]): Promise<unknown[]> {
  const place = { ownerId: runtime.ownerId, scope: `graph:${randomUUID()}` }
  const results: unknown[] = []
  for (const [method, ...args] of steps) {
    const call = storage[method] as (...all: unknown[]) => Promise<unknown>
    results.push(await call(place, ...args).catch((error: { code?: unknown }) => error.code))
  }
  return results
}

const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth))
const set = (key: unknown, value: unknown): Step => ['set', key, value]
const get = (key: unknown): Step => ['get', key]
const swap = (key: unknown, expected: unknown, value: unknown): Step => ['compareAndSet', key, expected, value]
const list = (page?: unknown): Step => ['list', page]
const done = undefined

const CASES: [fact: string, steps: Step[], results: unknown[]][] = [
  ['returns null for a missing key', [get('a')], [null]],
  ['returns the last value', [set('a', 1), set('a', { b: [2] }), get('a')], [done, done, { b: [2] }]],
  ['swaps a missing value once', [swap('a', null, 1), swap('a', null, 2), get('a')], [true, false, 1]],
  ['treats an expected undefined as no value', [swap('a', undefined, 1), get('a')], [true, 1]],
  [
    'treats a stored null as no value in a swap',
    [set('a', null), swap('a', null, 1), swap('a', null, 2), get('a')],
    [done, true, false, 1],
  ],
  ['swaps a value for null, which counts as no value', [set('a', 1), swap('a', 1, null), swap('a', null, 2)], [done, true, true]],
  ['lists a stored null', [set('a', null), list()], [done, ['a']]],
  ['swaps a value that is equal', [set('a', { b: 1, c: [2] }), swap('a', { c: [2], b: 1 }, 3), get('a')], [done, true, 3]],
  [
    'does not swap a value that is not equal',
    [set('a', [1, 2]), swap('a', [2, 1], 3), swap('b', [1], 3), get('b')],
    [done, false, false, null],
  ],
  ['distinguishes text from numbers', [set('a', 1), swap('a', '1', 2), swap('a', true, 2)], [done, false, false]],
  ['deletes a value', [set('a', 1), ['delete', 'a'], ['delete', 'a'], get('a'), list()], [done, done, done, null, []]],
  [
    'lists keys in the order of their code points',
    [set('b', 1), set('a', 1), set('é', 1), set('\u{1f600}', 1), set('\uffee', 1), list(), list({ after: 'é', first: 1 })],
    [done, done, done, done, done, ['a', 'b', 'é', '\uffee', '\u{1f600}'], ['\uffee']],
  ],
  ['rejects an invalid key', [get(''), get(1), get('\0'), get('\ud800'), get('x'.repeat(201))], Array(5).fill('BAD_INPUT')],
  ['rejects a lone surrogate in a page', [list({ prefix: '\ud800' }), list({ after: 'a\udc00' })], Array(2).fill('BAD_INPUT')],
  [
    'rejects a value with text that Postgres cannot store',
    [set('a', '\0'), set('a', ['\ud800']), set('a', { '\0': 1 }), set('a', { b: { 'x\udc00': 1 } }), get('a')],
    [...(Array(4).fill('BAD_INPUT') as unknown[]), null],
  ],
  [
    'rejects a swap with text that Postgres cannot store',
    [swap('a', null, '\0'), swap('a', '\ud800', 1)],
    ['BAD_INPUT', 'BAD_INPUT'],
  ],
  [
    'accepts escaped text that looks like NUL or a lone surrogate',
    [set('a', '\\u0000 \\ud800 \u{1f600} \x01'), swap('a', '\\u0000 \\ud800 \u{1f600} \x01', 1)],
    [done, true],
  ],
  ['accepts a value of 1000 levels', [set('a', nested(1000)), swap('a', nested(1000), 1)], [done, true]],
  [
    'rejects a value of more levels',
    [set('a', nested(1001)), set('a', nested(100_000)), swap('a', nested(1001), 1)],
    Array(3).fill('BAD_INPUT'),
  ],
  ['rejects a value that is too long', [set('a', 'x'.repeat(64 * 1024))], ['OUTPUT_LIMIT']],
]

describe.each(STORAGES)('the storage of %s', (_name, create) => {
  it.each(CASES)('%s', async (_fact, steps, results) => {
    expect(await perform(create(), steps)).toEqual(results)
  })
})
