import { afterAll, beforeAll, expect, it } from 'vitest'
import { MISSING_GLOBALS } from './missing-globals.ts'
import { createGuestEvaluator, type GuestEvaluator } from '../../testing/guest-evaluator.ts'

let guest: GuestEvaluator
beforeAll(async () => {
  guest = await createGuestEvaluator()
})
afterAll(() => guest.close())

it('names context.fetch in the error of a block that uses a global fetch', async () => {
  await expect(guest.evaluate(`return fetch('https://example.com')`)).rejects.toMatchObject({
    code: 'BLOCK_FAILED',
    message: 'fetch is not defined in a sandbox: use context.fetch, and name the hosts in the capability "http"',
  })
})

it('names a replacement in the error of a plugin that uses a global of Node while it loads', async () => {
  await expect(guest.evaluate('return 1', 'const folder = __dirname')).rejects.toMatchObject({
    code: 'PLUGIN_LOAD_FAILED',
    message: expect.stringMatching(
      /^ReferenceError: __dirname is not defined in a sandbox: there are only the files of context\.files, with the capability "files"(\n {4}at |$)/,
    ) as unknown,
  })
})

it('says what a stack overflow means', async () => {
  await expect(guest.evaluate('const f = () => f() + 1; return f()')).rejects.toThrow(
    'Maximum call stack size exceeded: the input is nested too deep, or a function calls itself without an end',
  )
})

it('names no replacement for another undefined name', async () => {
  await expect(guest.evaluate('return toString.fetch.x + fetcher')).rejects.toThrow(/^Cannot read properties of undefined/)
  await expect(guest.evaluate('return fetcher')).rejects.toThrow(/^fetcher is not defined$/)
})

it('leaves the missing globals undefined for libraries that test for them', async () => {
  const names = Object.keys(MISSING_GLOBALS).filter((name) => name !== 'require')
  const body = `return [${names.map((name) => `typeof ${name}`).join()}].concat(${JSON.stringify(names)}.map((name) => typeof globalThis[name]))`
  expect(new Set((await guest.evaluate(body)) as string[])).toEqual(new Set(['undefined']))
})
