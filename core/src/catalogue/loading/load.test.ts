import { afterAll, beforeAll, expect, it } from 'vitest'
import { createSandbox, type Sandbox } from '../../sandbox/index.ts'
import { toBundle } from '../bundle/index.ts'
import { describeBundle } from './load.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await createSandbox()
})
afterAll(() => sandbox.close())

/** Describes a plugin whose manifest contains JSON text that the guest did not write. @param change a statement that places DEEP */
function describeForged(change: string, depth: number): Promise<unknown> {
  const { code, digest } = toBundle(`const { defineBlock, definePlugin } = require('@ashlar/sdk'); const { z } = require('zod');
    const block = defineBlock({ id: '00000000-0000-4000-8000-000000000001', name: 'one', description: '', category: 'TEST',
      input: z.object({ a: z.string().describe('a') }), output: z.object({ out: z.any() }), tests: [], *run() {} })
    const plugin = definePlugin({ name: 'deep', blocks: [block] })
    const { stringify } = JSON
    JSON.stringify = (value, ...rest) => stringify(value, ...rest)?.replace('"DEEP"', '['.repeat(${depth}) + ']'.repeat(${depth}))
    ${change}
    module.exports.default = plugin`)
  return describeBundle({ code, digest }, sandbox)
}

it.each([
  ['block "one": costs', `plugin.blocks = [{ ...block, costs: [{ amount: 1, when: { a: 'DEEP' } }] }]`],
  ['block "one": input', `plugin.blocks = [{ ...block, input: z.object({ a: z.string().describe('DEEP') }) }]`],
  ['block 0: name', `plugin.blocks = [{ ...block, name: 'DEEP' }]`],
  ['provider 0: 0', `plugin.providers = 'DEEP'`],
  ['name', `plugin.name = 'DEEP'`],
])('locates a manifest field that is nested too deep (%s)', async (place, change) => {
  for (const depth of [1100, 500_000])
    await expect(describeForged(change, depth)).rejects.toMatchObject({
      code: 'PLUGIN_INVALID',
      message: expect.stringMatching(new RegExp(`: ${place}.* is nested more than 1000 levels deep$`)) as unknown,
    })
})

it('accepts a manifest that is nested within the limit', async () => {
  const change = `plugin.blocks = [{ ...block, input: z.object({ a: z.string().describe('DEEP') }) }]`
  expect(await describeForged(change, 900)).toMatchObject({ name: 'deep' })
})
