import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHostileWorker, type HostileWorker } from './hostile-worker.ts'
import { toBundle } from './plugin-source.ts'
import type { Result } from './worker.ts'

let worker: HostileWorker
beforeAll(async () => {
  worker = await startHostileWorker({ maxCpuMs: 2000, isolateMemoryMb: 64, processMemoryMb: 500 })
})
afterAll(() => worker.close())

/** A plugin with a block that may call the host, and blocks that may not and try it in the name of the first. */
const PLUGIN = toBundle(
  {
    name: 'granted',
    top: 'globalThis.kept ??= []',
    run: `kept.push(context); yield ['out', globalThis.mark ?? 'none']; await new Promise((r) => setTimeout(r, 300)); yield ['n', n]`,
  },
  {
    name: 'forger',
    run: `const me = ownId(); globalThis.mark = 'forger'; await new Promise((r) => setTimeout(r, 50))
          const ids = Array.from({ length: 200 }, (_, i) => i * 256).filter((id) => id !== me)
          yield forge(...ids.map((id) => ({ t: 'c', id, request: 1, method: 'storage.set', args: ['user', 'k', 'stolen'] })))`,
  },
  {
    name: 'ender',
    run: `const me = ownId(); await new Promise((r) => setTimeout(r, 50))
          const ids = Array.from({ length: 200 }, (_, i) => i * 256).filter((id) => id !== me)
          yield forge(...ids.map((id) => ({ t: 'e', id, code: 'BLOCK_FAILED', message: 'forged' })))`,
  },
  {
    name: 'borrower',
    run: `yield ['out', kept.length]; for (const each of kept) void each.storage.set('user', 'k', 'stolen'); await new Promise((r) => setTimeout(r, 50))`,
  },
)

type Where = { scope: string; cordon?: string; owner?: string; capabilityKey?: string }
const run = (block: string, { scope, ...where }: Where): Promise<Result> =>
  worker.call({
    bundle: PLUGIN,
    block,
    scope,
    affinity: scope,
    keepsScope: true,
    capabilityKey: block === 'granted' ? 'storage' : '',
    ...where,
  })

const OTHERS: Record<string, Where> = {
  'of another execution': { scope: 'second' },
  'of another user, in another process': { scope: 'second', cordon: 'user:alice', owner: 'alice' },
  'of another user, in the same process': { scope: 'second', owner: 'alice' },
}

describe('a block without a capability', () => {
  it.each(Object.entries(OTHERS))('does not call the host in the name of a call %s', async (_name, where) => {
    const [granted] = await Promise.all([run('granted', where), run('forger', { scope: 'first' })])
    expect(granted).toMatchObject({
      outputs: [
        ['out', 'none'],
        ['n', 1],
      ],
      hostCalls: [],
      changed: [],
    })
  })

  it.each(Object.entries(OTHERS))('does not end a call %s', async (_name, where) => {
    const [granted] = await Promise.all([run('granted', where), run('ender', { scope: 'first' })])
    expect(granted).toMatchObject({
      outputs: [
        ['out', 'none'],
        ['n', 1],
      ],
    })
    expect(granted.error).toBeUndefined()
  })

  it.each(Object.entries(OTHERS))('does not find the context of a call %s', async (_name, where) => {
    const [granted, borrower] = await Promise.all([run('granted', where), run('borrower', { scope: 'third' })])
    expect([granted.hostCalls, borrower.hostCalls, borrower.outputs]).toEqual([[], [], [['out', 0]]])
  })

  it('does not call the host in the name of a call that has ended', async () => {
    await run('granted', { scope: 'ended' })
    const borrower = await run('borrower', { scope: 'ended', capabilityKey: 'storage' })
    expect(borrower).toMatchObject({ outputs: [['out', 1]], hostCalls: [] })
  })

  it.each(['forger', 'borrower'])(
    'does not call the host in the name of a call beside it in its execution (%s)',
    async (thief) => {
      const scope = `beside ${thief}`
      const [granted] = await Promise.all([run('granted', { scope }), run(thief, { scope })])
      expect(granted.outputs).toHaveLength(2)
      expect(granted.hostCalls).toEqual([])
    },
  )
})

/** Ways to pass a value between contexts of one isolate: `find` would return the value that `leave` left. */
const WAYS: [name: string, leave: string, find: string][] = [
  ['the global object', `globalThis.left = 'left'`, `globalThis.left`],
  ['a prototype', `Object.prototype.left = 'left'; Array.prototype.left = 'left'`, `({}).left ?? [].left`],
  ['a function of the host', `setTimeout.left = console.log.left = 'left'`, `setTimeout.left ?? console.log.left`],
  ['a module of the host', `defineBlock.left = z.object.left = 'left'`, `defineBlock.left ?? z.object.left`],
  ['the cache of a template literal', `keepTemplate('left')`, `keepTemplate()`],
  ['the last match of a regular expression', `/le(f)t/.test('left')`, `(RegExp.$1 || undefined)`],
  ['the hook of stacks', `Error.prepareStackTrace = () => 'left'`, `new Error('x').stack === 'left' ? 'left' : undefined`],
  ['a class of the web platform', `URL.left = Headers.prototype.left = 'left'`, `URL.left ?? new Headers().left`],
  ['the global object of a function made from text', `Function('this.left = "left"')()`, `Function('return this.left')()`],
  ['a registered symbol', `Symbol.for('left').constructor.prototype.left = 'left'`, `Symbol.for('left').left`],
]

describe('a context of the same isolate', () => {
  it.each(WAYS)('cannot be reached through %s', async (_name, leave, find) => {
    const top = `const tag = (strings) => strings.raw; const kept = new WeakMap()
      const keepTemplate = (value) => { const key = tag\`one place\`; if (value) kept.set(key, value); return kept.get(key) }`
    const bundle = toBundle(
      { name: 'leave', top, run: `${leave}; yield ['out', ${find}]` },
      { name: 'find', run: `yield ['out', ${find} ?? 'nothing']` },
    )
    const where = { bundle, scope: 'ways', affinity: 'ways', keepsScope: true }
    const left = await worker.call({ ...where, block: 'leave', capabilityKey: 'storage' })
    const found = await worker.call({ ...where, block: 'find' })
    expect([found.outputs, left.outputs]).toEqual([[['out', 'nothing']], [['out', expect.stringMatching(/^(left|f)$/)]]])
  })
})

it('no attempt has crashed the worker', () => {
  expect(worker.faults).toEqual([])
})
