import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { graphql } from 'graphql'
import { buildSchema, buildContext } from '../index.ts'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(() => runtime.close())

const isolation = async (): Promise<unknown> => {
  const user = await runtime.users.ensureOwner()
  const { data } = await graphql({
    schema: buildSchema(),
    source: '{ sandbox { isolation } }',
    contextValue: buildContext({ runtime, caller: await runtime.callers.ofUser(user) }),
  })
  return data
}

it('returns the isolation of the worker', async () => {
  expect(await isolation()).toEqual({ sandbox: { isolation: runtime.sandbox?.isolation } })
})

it('returns the weakest isolation of all live workers', async () => {
  const add = (seen: string, how: string): Promise<unknown> =>
    runtime.database.pool.query(`insert into worker (id, isolation, seen_at) values (gen_random_uuid(), $1, ${seen})`, [how])
  await add(`now() - interval '2 minutes'`, 'PROCESS')
  await add('now()', 'SECCOMP')
  expect(await isolation()).toEqual({ sandbox: { isolation: 'SECCOMP' } })
})
