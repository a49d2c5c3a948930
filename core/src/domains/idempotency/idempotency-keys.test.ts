import { randomUUID } from 'node:crypto'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { AshlarError } from '../../base/index.ts'
import { createTestRuntime, type TestRuntime } from '../../testing/index.ts'
import { removeOldKeys } from './index.ts'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime({ role: 'gateway', pluginRoots: [] })
})
afterAll(() => runtime.close())

type Step = { args: number; outcome: 'succeeds' | 'fails' | 'breaks' } | 'expires'
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ args: fc.nat(1), outcome: fc.constantFrom('succeeds', 'fails', 'breaks') }) },
  { weight: 1, arbitrary: fc.constant('expires' as const) },
)

/** The specification: the arguments of the first request, and its result, or undefined if it is unknown. */
type Model = { args: number; result: number | undefined } | undefined

it('any sequence of requests with one key follows the specification', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
      const key = randomUUID()
      let model: Model
      let performed = 0
      for (const each of steps) {
        if (each === 'expires') {
          await runtime.database.pool.query(`update idempotency_key set created_at = now() - interval '25 hours'`)
          model = undefined
          continue
        }
        const before = performed
        const answer = await request(key, each.args, () => {
          performed++
          if (each.outcome === 'fails') throw new AshlarError('BAD_INPUT', 'expected')
          if (each.outcome === 'breaks') throw new Error('unexpected')
          return performed
        })
        const isFirst = model === undefined
        expect(performed - before).toBe(isFirst ? 1 : 0)
        expect(answer).toBe(model ? repeated(model, each.args) : first(each.outcome, performed))
        if (isFirst && each.outcome !== 'fails')
          model = { args: each.args, result: each.outcome === 'succeeds' ? performed : undefined }
      }
    }),
    { numRuns: 40 },
  )
})

function first(outcome: 'succeeds' | 'fails' | 'breaks', result: number): string {
  return { succeeds: `result ${result}`, fails: 'BAD_INPUT', breaks: 'unexpected' }[outcome]
}

function repeated(model: NonNullable<Model>, args: number): string {
  return model.args !== args || model.result === undefined ? 'CONFLICT' : `result ${model.result}`
}

async function request(key: string, args: number, perform: () => number): Promise<string> {
  const store = { save: (result: number) => ({ result }), load: async ({ result }: { result: number }) => result }
  try {
    const named = { userId: runtime.ownerId, key, operation: 'test', arguments: { args } }
    return `result ${await runtime.idempotencyKeys.run(named, async () => perform(), store)}`
  } catch (error) {
    return error instanceof AshlarError ? error.code : (error as Error).message
  }
}

it('of concurrent requests one is performed, and the others wait for its end', async () => {
  const key = randomUUID()
  let performed = 0
  const results = await Promise.all(
    Array.from({ length: 10 }, () =>
      request(key, 0, () => {
        if (++performed === 1) throw new AshlarError('BAD_INPUT', 'the first one fails')
        return performed
      }),
    ),
  )
  expect(performed).toBe(2)
  expect(results.toSorted()).toEqual(['BAD_INPUT', ...Array.from({ length: 9 }, () => 'result 2')])
})

it('removes keys that have expired', async () => {
  const { pool } = runtime.database
  await request(randomUUID(), 0, () => 1)
  await pool.query(`update idempotency_key set created_at = now() - interval '25 hours'`)
  const key = randomUUID()
  await request(key, 0, () => 2)
  await removeOldKeys(runtime.database)
  expect((await pool.query('select from idempotency_key')).rowCount).toBe(1)
  expect(await request(key, 0, () => 3)).toBe('result 2')
})

it('stores results with texts that Postgres cannot store as JSON', async () => {
  const named = { userId: runtime.ownerId, key: randomUUID(), operation: 'test', arguments: {} }
  const store = { save: (text: string) => ({ text }), load: async ({ text }: { text: string }) => text }
  const text = 'nul \0, half of a pair \ud800'
  expect(await runtime.idempotencyKeys.run(named, async () => text, store)).toBe(text)
  expect(await runtime.idempotencyKeys.run(named, async () => 'other', store)).toBe(text)
})
