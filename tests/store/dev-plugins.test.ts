import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(() => runtime.close())

/** A plugin with one block that says something, as its author's commands send it. */
function words(says: string, facts: { packageName?: string; version?: string; sdk?: string } = {}) {
  const bundle = `const { defineBlock, definePlugin } = require('@ashlar/sdk'), { z } = require('zod')
    module.exports.default = definePlugin({ name: 'words', blocks: [defineBlock({
      id: 'dddddddd-0000-4000-8000-000000000001', name: 'say', description: '${says}', category: 'TEST', tests: [],
      input: z.object({}), output: z.object({ out: z.string() }), *run() { yield ['out', '${says}'] } })] })`
  return { packageName: 'words', version: '1.0.0', bundle, ...facts }
}

it('refuses a plugin that is made for a newer SDK', async () => {
  await expect(runtime.devPlugins.set(runtime.ownerId, words('no', { sdk: '99.1.0' }))).rejects.toMatchObject({
    code: 'SDK_TOO_OLD',
    message: expect.stringMatching(/^package\.json: it is made for @ashlar\/sdk 99\.1\.0, this installation has /) as unknown,
    details: { path: ['sdk'], faults: [{ path: 'package.json' }] },
  })
  expect(runtime.plugins.block('words/say')).toBeUndefined()
})
