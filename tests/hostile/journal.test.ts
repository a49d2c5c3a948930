import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHostileRuntime, type HostileRuntime, type Outcome } from './hostile-runtime.ts'
import type { PluginBlock } from './plugin-source.ts'

const BLOCKS: PluginBlock[] = [
  { name: 'nul', run: `yield ['out', '\\u0000']` },
  { name: 'nul-key', run: `yield ['out', { '\\u0000': 1 }]` },
  { name: 'nul-error', run: `throw new Error('a\\u0000b')` },
  { name: 'nul-log', run: `console.log('\\u0000'); yield ['out', 1]` },
  { name: 'half-character', run: `yield ['out', '\\ud800']; throw new Error('\\udfff')` },
  { name: 'proto-key', run: `yield ['out', parse('{"__proto__":{"polluted":1}}')]` },
  { name: 'huge-number', run: `yield forge('{"t":"o","id":' + ownId() + ',"pin":"out","v":1e999}')` },
  {
    name: 'proto-pin',
    run: `const id = ownId(); yield forge({ t: 'o', id, pin: '__proto__', v: { polluted: 1 } }, { t: 'o', id, pin: 'constructor', v: 1 })`,
  },
  {
    name: 'no-pin',
    run: `const id = ownId(); yield forge({ t: 'o', id, v: 1 }, { t: 'o', id, pin: '', v: 1 }, { t: 'o', id, pin: 'nope', v: 1 })`,
  },
  { name: 'nul-pin', run: `yield forge({ t: 'o', id: ownId(), pin: '\\u0000', v: 1 })` },
  { name: 'no-value', run: `yield forge({ t: 'o', id: ownId(), pin: 'out' })` },
  { name: 'kilobyte-pin', run: `yield forge({ t: 'o', id: ownId(), pin: 'out' + 'x'.repeat(1000), v: 1 })` },
  { name: 'long-tool-pin', run: `yield ['tools_^_node0_~_' + 'n'.repeat(300), 1]` },
  { name: 'long-pin', run: `yield forge({ t: 'o', id: ownId(), pin: 'x'.repeat(1e6), v: 1 })` },
  {
    name: 'tool-pin',
    run: `yield ['tools_^_node0_~_n', 1]; yield ['tools_^_nobody_~_n', 1]; yield ['tools_^___proto___~_polluted', 1]`,
  },
  { name: 'error-pin', run: `yield forge({ t: 'o', id: ownId(), pin: 'error', v: { deep: [1] } })` },
  { name: 'log-level', run: `yield forge({ t: 'l', id: ownId(), level: 'x'.repeat(1e5), text: 'y'.repeat(1e5) })` },
  { name: 'logs', run: `for (let i = 0; i < 2000; i++) console.log('x'.repeat(500)); yield ['out', 1]` },
  { name: 'deep', run: `let v = 1; for (let i = 0; i < 1000; i++) v = [v]; yield ['out', v]` },
  {
    name: 'deeper',
    run: `yield forge('{"t":"o","id":' + ownId() + ',"pin":"out","v":' + '['.repeat(20000) + ']'.repeat(20000) + '}')`,
  },
]

const MANY_LARGE: PluginBlock = { name: 'many-large', run: `for (;;) yield ['out', 'x'.repeat(9e5)]` }
const FINE: PluginBlock = { name: 'fine', run: `yield ['out', n]` }
const DEEPEST: PluginBlock = { name: 'deepest', run: `let v = 1; for (let i = 0; i < 200000; i++) v = [v]; yield ['out', v]` }

let hostile: HostileRuntime
beforeAll(async () => {
  hostile = await startHostileRuntime([...BLOCKS, FINE, DEEPEST, MANY_LARGE])
})
afterAll(() => hostile.close())

/** Runs a block for one user and an honest block for another user. */
async function besideAlice(name: string): Promise<[hostile: Outcome, honest: Outcome]> {
  return Promise.all([hostile.run(hostile.mallory, [name]), hostile.run(hostile.alice, ['fine'])])
}

describe('the reports of a block are journaled without delaying other users:', () => {
  it.each(BLOCKS.map(({ name }) => name))('%s', async (name) => {
    const [attempt, beside] = await besideAlice(name)
    expect(beside).toMatchObject({ status: 'COMPLETED', yielded: [['out', 1]] })
    expect(attempt.status).toMatch(/^(COMPLETED|FAILED)$/)
    expect(attempt.code ?? 'BLOCK_FAILED').toMatch(/^(BLOCK_FAILED|BLOCK_OUTPUT_INVALID|OUTPUT_LIMIT|SANDBOX_LOST)$/)
    expect('polluted' in {}).toBe(false)
    expect(hostile.runtime.failures).toEqual([])
  })

  it.each(['proto-pin', 'no-pin', 'nul-pin', 'kilobyte-pin', 'long-pin', 'long-tool-pin'])(
    'an unknown pin is rejected and not journaled: %s',
    async (name) => {
      const { code, yielded } = await hostile.run(hostile.mallory, [name])
      expect([code, yielded.filter(([pin]) => pin !== 'n')]).toEqual(['BLOCK_OUTPUT_INVALID', []])
    },
  )

  it('small outputs that are too long together', async () => {
    const { code, yielded } = await hostile.run(hostile.mallory, ['many-large'])
    expect(code).toBe('OUTPUT_LIMIT')
    expect(yielded).toHaveLength(4)
  })

  it('deepest', async () => {
    const [attempt, beside] = await besideAlice('deepest')
    expect(beside.status).toBe('COMPLETED')
    expect(attempt).toMatchObject({ status: 'FAILED', code: 'OUTPUT_LIMIT' })
  })
})
