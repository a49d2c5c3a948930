import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestRuntime, type TestRuntime } from '../../testing/index.ts'
import { createFakeStorage } from './fake.ts'
import { createBlockStorage, type BlockStorage } from './block-storage.ts'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime({ role: 'gateway' })
})
afterAll(() => runtime.close())

const STORAGES: [name: string, create: () => BlockStorage][] = [
  ['Postgres', () => createBlockStorage(runtime.database.pool)],
  ['a test', () => createFakeStorage(new Map())],
]

type Step = [method: keyof BlockStorage, ...args: unknown[]]

/** What each of the steps gives: its answer, or the code of what it throws. */
async function take(storage: BlockStorage, steps: readonly Step[]): Promise<unknown[]> {
  const place = { ownerId: runtime.ownerId, scope: `graph:${randomUUID()}` }
  const given: unknown[] = []
  for (const [method, ...args] of steps) {
    const perform = storage[method] as (...all: unknown[]) => Promise<unknown>
    given.push(await perform(place, ...args).catch((error: { code?: unknown }) => error.code))
  }
  return given
}

const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth))
const set = (key: unknown, value: unknown): Step => ['set', key, value]
const get = (key: unknown): Step => ['get', key]
const swap = (key: unknown, expected: unknown, value: unknown): Step => ['compareAndSet', key, expected, value]
const list = (page?: unknown): Step => ['list', page]
const kept = undefined

const CASES: [fact: string, steps: Step[], given: unknown[]][] = [
  ['gives null for what is not there', [get('a')], [null]],
  ['gives what was set last', [set('a', 1), set('a', { b: [2] }), get('a')], [kept, kept, { b: [2] }]],
  ['swaps none for a value once', [swap('a', null, 1), swap('a', null, 2), get('a')], [true, false, 1]],
  ['takes undefined for none', [swap('a', undefined, 1), get('a')], [true, 1]],
  ['swaps a stored null as none', [set('a', null), swap('a', null, 1), swap('a', null, 2), get('a')], [kept, true, false, 1]],
  ['swaps a value for null, which is none', [set('a', 1), swap('a', 1, null), swap('a', null, 2)], [kept, true, true]],
  ['lists a stored null', [set('a', null), list()], [kept, ['a']]],
  ['swaps what is equal', [set('a', { b: 1, c: [2] }), swap('a', { c: [2], b: 1 }, 3), get('a')], [kept, true, 3]],
  ['keeps what is not equal', [set('a', [1, 2]), swap('a', [2, 1], 3), swap('b', [1], 3), get('b')], [kept, false, false, null]],
  ['tells text from numbers', [set('a', 1), swap('a', '1', 2), swap('a', true, 2)], [kept, false, false]],
  ['deletes', [set('a', 1), ['delete', 'a'], ['delete', 'a'], get('a'), list()], [kept, kept, kept, null, []]],
  [
    'lists in the order of the characters',
    [set('b', 1), set('a', 1), set('é', 1), set('\u{1f600}', 1), set('\uffee', 1), list(), list({ after: 'é', first: 1 })],
    [kept, kept, kept, kept, kept, ['a', 'b', 'é', '\uffee', '\u{1f600}'], ['\uffee']],
  ],
  ['refuses an odd key', [get(''), get(1), get('\0'), get('\ud800'), get('x'.repeat(201))], Array(5).fill('BAD_INPUT')],
  ['refuses half a character in a page', [list({ prefix: '\ud800' }), list({ after: 'a\udc00' })], Array(2).fill('BAD_INPUT')],
  [
    'refuses text that Postgres does not compare',
    [set('a', '\0'), set('a', ['\ud800']), set('a', { '\0': 1 }), set('a', { b: { 'x\udc00': 1 } }), get('a')],
    [...(Array(4).fill('BAD_INPUT') as unknown[]), null],
  ],
  ['refuses it in a swap', [swap('a', null, '\0'), swap('a', '\ud800', 1)], ['BAD_INPUT', 'BAD_INPUT']],
  [
    'takes what only looks like it',
    [set('a', '\\u0000 \\ud800 \u{1f600} \x01'), swap('a', '\\u0000 \\ud800 \u{1f600} \x01', 1)],
    [kept, true],
  ],
  ['takes what is 1000 deep', [set('a', nested(1000)), swap('a', nested(1000), 1)], [kept, true]],
  [
    'refuses what is deeper',
    [set('a', nested(1001)), set('a', nested(100_000)), swap('a', nested(1001), 1)],
    Array(3).fill('BAD_INPUT'),
  ],
  ['refuses what is too long', [set('a', 'x'.repeat(64 * 1024))], ['OUTPUT_LIMIT']],
]

describe.each(STORAGES)('the storage of %s', (_name, create) => {
  it.each(CASES)('%s', async (_fact, steps, given) => {
    expect(await take(create(), steps)).toEqual(given)
  })
})
