import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHostileRuntime, type HostileRuntime } from './hostile-runtime.ts'
import type { PluginBlock } from './plugin-source.ts'

const BOTH = `{ storage: ['graph', 'user'] }`
const SETTLE = `const settle = async (call) => { try { return await call() } catch (error) { return 'refused: ' + error.message } }; `

/** Blocks that use capabilities that their manifest does not declare. */
const UNGRANTED: PluginBlock[] = [
  { name: 'get-without', run: `yield ['out', await context.storage.get('user', 'secret')]` },
  { name: 'set-without', run: `yield ['out', await context.storage.set('user', 'secret', 'stolen')]` },
  { name: 'swap-without', run: `yield ['out', await context.storage.compareAndSet('user', 'secret', 'of mallory', 'stolen')]` },
  { name: 'delete-without', run: `yield ['out', await context.storage.delete('user', 'secret')]` },
  { name: 'list-without', run: `yield ['out', await context.storage.list('user')]` },
  {
    name: 'list-graph-with-user',
    capabilities: `{ storage: ['user'] }`,
    run: `yield ['out', await context.storage.list('graph')]`,
  },
  {
    name: 'plugin-with-user',
    capabilities: `{ storage: ['user', 'graph'] }`,
    run: `yield ['out', await context.storage.get('plugin', 'secret')]`,
  },
  {
    name: 'user-with-plugin',
    capabilities: `{ storage: ['plugin'] }`,
    run: `yield ['out', await context.storage.get('user', 'secret')]`,
  },
  {
    name: 'user-with-graph',
    capabilities: `{ storage: ['graph'] }`,
    run: `yield ['out', await context.storage.get('user', 'secret')]`,
  },
  {
    name: 'graph-with-user',
    capabilities: `{ storage: ['user'] }`,
    run: `yield ['out', await context.storage.get('graph', 'secret')]`,
  },
  ...[
    ['upper', `'USER'`],
    ['padded', `'user '`],
    ['listed', `['user']`],
    ['boxed', `{ toString: () => 'user' }`],
    ['missing', `undefined`],
    ['null', `null`],
    ['true', `true`],
    ['number', `0`],
    ['prototype', `'__proto__'`],
    ['length', `'length'`],
    ['other-graph', `'graph:00000000-0000-4000-8000-000000000000'`],
    ['other-plugin', `'plugin:storage'`],
    ['statement', `"user' or scope = 'user"`],
  ].map(([name, scope]) => ({
    name: `scope-${name}`,
    capabilities: BOTH,
    run: `yield ['out', await context.storage.get(${scope}, 'secret')]`,
  })),
  {
    name: 'claims-later',
    run: `this.capabilities = { storage: ['user'] }; yield ['out', await context.storage.get('user', 'secret')]`,
  },
  {
    name: 'inherits',
    capabilities: `Object.create({ storage: ['user'] })`,
    run: `yield ['out', await context.storage.get('user', 'secret')]`,
  },
  {
    name: 'has-no-text',
    capabilities: `{ storage: undefined }`,
    run: `yield ['out', await context.storage.get('user', 'secret')]`,
  },
  {
    name: 'borrows-context',
    run: `const Borrowed = context.constructor; yield ['out', await new Borrowed(ownId() + 256, () => {}).storage.get('user', 'secret')]`,
  },
  {
    name: 'forges-owner',
    run: `const id = ownId(); yield forge({ t: 'c', id, request: 1, method: 'storage.set', args: ['user', 'secret', 'stolen'], ownerId: n, owner: n, capabilities: { storage: ['user'] }, block: 'hostile/keep' })`,
  },
]

/** Uses contexts that another block of the same execution has left behind. */
const BORROW: PluginBlock = {
  name: 'borrow',
  run: `await new Promise((r) => setTimeout(r, 30))
        for (const each of globalThis.kept ?? []) void each.storage.set('user', 'secret', 'stolen')
        yield ['out', globalThis.kept?.length ?? 0]; await new Promise((r) => setTimeout(r, 50))`,
}

const METHODS = [
  '',
  '__proto__',
  'constructor',
  'toString',
  'valueOf',
  'storage',
  'storage.drop',
  'STORAGE.GET',
  'storage.get ',
  'perform',
]

const GRANTED: PluginBlock[] = [
  {
    name: 'lend',
    capabilities: BOTH,
    run: `(globalThis.kept ??= []).push(context); yield ['out', 1]; await new Promise((r) => setTimeout(r, 300))`,
  },
  {
    name: 'keep',
    capabilities: BOTH,
    run: `await context.storage.set('user', 'secret', n); await context.storage.set('graph', 'secret', n); yield ['out', 'kept']`,
  },
  {
    name: 'look',
    capabilities: BOTH,
    run: `yield ['out', await context.storage.get('user', 'secret')]; yield ['out', await context.storage.get('graph', 'secret')]`,
  },
  {
    name: 'list',
    capabilities: `{ storage: ['user', 'graph', 'plugin'] }`,
    run: `${SETTLE} for (const scope of ['user', 'graph', 'plugin']) yield ['out', await settle(() => context.storage.list(scope, n))]`,
  },
  { name: 'key', capabilities: BOTH, run: `${SETTLE} yield ['out', await settle(() => context.storage.get('user', n))]` },
  {
    name: 'odd-key',
    capabilities: BOTH,
    run: `${SETTLE} const keys = [undefined, 1, {}, ['secret'], { toString: () => 'secret' }, Symbol('secret'), true, '', 'x'.repeat(201), { length: 6, 0: 's' }]
          for (const key of keys) yield ['out', await settle(() => context.storage.get('user', key))]`,
  },
  {
    name: 'call',
    capabilities: BOTH,
    run: `const { stringify } = JSON
          JSON.stringify = (value) => Array.isArray(value) && value[0] === 'user' && value[1] === 'forged' ? '["user","secret"],"method":' + stringify(n) : stringify(value)
          ${SETTLE} yield ['out', await settle(() => context.storage.get('user', 'forged'))]`,
  },
  {
    name: 'swap',
    capabilities: BOTH,
    run: `${SETTLE} for (const expected of [[], {}, 'of', 0, false, '%', { '$ne': null }, "' or true --"]) yield ['out', await settle(() => context.storage.compareAndSet('user', 'secret', expected, 'stolen'))]`,
  },
  {
    name: 'round-trip',
    capabilities: BOTH,
    run: `const value = parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}')
          await context.storage.set('user', 'odd', value)
          yield ['out', stringify(await context.storage.get('user', 'odd')) === stringify(value) && !('polluted' in {})]`,
  },
  {
    name: 'odd-values',
    capabilities: BOTH,
    run: `${SETTLE} let deep = 1; for (let i = 0; i < 20000; i++) deep = [deep]
          for (const value of ['x'.repeat(70000), deep, '\\u0000', '\\ud800', { a: '\\u0000' }]) { const outcome = await settle(() => context.storage.set('user', 'odd', value)); yield ['out', outcome === undefined ? 'stored' : outcome] }`,
  },
  {
    name: 'nul-key',
    capabilities: BOTH,
    run: `${SETTLE} yield ['out', await settle(() => context.storage.get('user', 'secret\\u0000'))]`,
  },
]

let hostile: HostileRuntime
beforeAll(async () => {
  hostile = await startHostileRuntime([...UNGRANTED, ...GRANTED, BORROW])
  await hostile.run(hostile.mallory, ['keep'], 'of mallory')
  await hostile.run(hostile.alice, ['keep'], 'of alice')
})
afterAll(() => hostile.close())

async function stored(ownerId: string): Promise<unknown[]> {
  const text = `select value from block_storage where owner_id = $1 and key = 'secret' order by scope`
  const { rows } = await hostile.runtime.database.pool.query<{ value: unknown }>(text, [ownerId])
  return rows.map(({ value }) => value)
}

async function expectSecretsKept(): Promise<void> {
  expect(await stored(hostile.mallory)).toEqual(['of mallory', 'of mallory'])
  expect(await stored(hostile.alice)).toEqual(['of alice', 'of alice'])
  expect(hostile.runtime.failures).toEqual([])
}

describe('a block gets no capability that its manifest does not declare', () => {
  it.concurrent.each(
    UNGRANTED.filter(({ name }) => name !== 'forges-owner' && name !== 'borrows-context').map(({ name }) => name),
  )('%s', async (name) => {
    const outcome = await hostile.run(hostile.mallory, [name])
    expect(outcome).toMatchObject({ status: 'FAILED', code: 'CAPABILITY_MISSING', yielded: [] })
    expect(outcome.message).toMatch(/does not have the capability storage/)
  })

  it('by forging its identity', async () => {
    await hostile.run(hostile.mallory, ['forges-owner'], hostile.alice)
    await expectSecretsKept()
  })

  it.each([
    ['beside', []],
    ['before', [{ from: 'lend.out', to: 'borrow.n' }]],
  ])('by using the context of a block that runs %s it in the same execution', async (_where, links) => {
    const nodes = [
      { id: 'lend', block: 'hostile/lend', inputs: { n: 1 } },
      { id: 'borrow', block: 'hostile/borrow', inputs: links.length > 0 ? {} : { n: 1 } },
    ]
    const { id } = await hostile.runtime.graphs.create(hostile.mallory, { name: 'borrow', document: { nodes, links } })
    const { status, yielded } = await hostile.start(hostile.mallory, id)
    expect([status, yielded.map(([, value]) => value).toSorted((a, b) => Number(a) - Number(b))]).toEqual(['COMPLETED', [0, 1]])
    await expectSecretsKept()
  })

  it('by making a context with the id of another call', async () => {
    const { status, yielded } = await hostile.run(hostile.mallory, ['borrows-context'])
    expect({ status, yielded }).toEqual({ status: 'FAILED', yielded: [] })
  })
})

describe('stored values', () => {
  it('are visible only in their scope', async () => {
    expect((await hostile.run(hostile.mallory, ['look'])).yielded).toEqual([
      ['out', 'of mallory'],
      ['out', null],
    ])
    expect((await hostile.run(hostile.alice, ['look'])).yielded).toEqual([
      ['out', 'of alice'],
      ['out', null],
    ])
  })

  it('cannot be read by starting the graph of another user', async () => {
    const graphId = await hostile.createGraph(hostile.alice, ['look'])
    await expect(hostile.start(hostile.mallory, graphId)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it.concurrent.each([
    `' or 1=1 --`,
    `secret' or owner_id is not null --`,
    '%',
    '_ecret',
    'SECRET',
    'secret ',
    '../secret',
    'user/secret',
    'user|secret',
    'secre\u200bt',
    '__proto__',
    'constructor',
    '😀'.repeat(100),
    '$1',
    '{"key":"secret"}',
  ])('are not found under the key %j', async (key) => {
    expect((await hostile.run(hostile.mallory, ['key'], key)).yielded).toEqual([['out', null]])
  })

  it.concurrent.each([
    [{ prefix: '%' }, [[], [], []]],
    [{ prefix: "s' or '1'='1" }, [[], [], []]],
    [{ prefix: 'secret', after: '' }, [['secret'], [], []]],
  ])('of other scopes are not listed for %j', async (page, lists) => {
    expect((await hostile.run(hostile.mallory, ['list'], page)).yielded.map(([, value]) => value)).toEqual(lists)
  })

  it('cannot be read with a key that is not text', async () => {
    const { yielded } = await hostile.run(hostile.mallory, ['odd-key'])
    expect(new Set(yielded.map(([, value]) => value))).toEqual(
      new Set(['refused: storage: a key must be text of 1 to 200 characters, without NUL or unpaired surrogates']),
    )
    expect(yielded).toHaveLength(10)
  })

  it('are not replaced when the expected value only resembles them', async () => {
    const { yielded } = await hostile.run(hostile.mallory, ['swap'])
    expect(yielded.map(([, value]) => value)).toEqual(Array.from({ length: 8 }, () => false))
    await expectSecretsKept()
  })

  it('with special keys are returned unchanged', async () => {
    expect((await hostile.run(hostile.mallory, ['round-trip'])).yielded).toEqual([['out', true]])
    expect('polluted' in {}).toBe(false)
  })

  it('that the database cannot store are rejected without an effect on other users', async () => {
    const [{ status, yielded }, beside] = await Promise.all([
      hostile.run(hostile.mallory, ['odd-values']),
      hostile.run(hostile.alice, ['look']),
    ])
    expect(status).toBe('COMPLETED')
    const noSuchText = 'refused: storage: strings in a value must not contain NUL or unpaired surrogates'
    expect(yielded.map(([, value]) => value)).toEqual([
      'refused: storage: the value is 70002 bytes long as JSON; the limit is 65536',
      'refused: storage: a value must not nest arrays and objects more than 1000 levels deep',
      noSuchText,
      noSuchText,
      noSuchText,
    ])
    expect(beside.status).toBe('COMPLETED')
  })

  it('cannot have a key with NUL or a lone surrogate', async () => {
    const refused = [['out', expect.stringMatching(/^refused: storage: a key must be/)]]
    expect((await hostile.run(hostile.mallory, ['nul-key'])).yielded).toEqual(refused)
    expect((await hostile.run(hostile.mallory, ['key'], '\ud800')).yielded).toEqual(refused)
  })
})

describe('an unknown host call is rejected:', () => {
  const refused = async (method: string): Promise<void> => {
    const { yielded } = await hostile.run(hostile.mallory, ['call'], method)
    expect(yielded).toEqual([['out', expect.stringMatching(/^refused: block hostile\/call: the host call .* does not exist/)]])
  }
  it.concurrent.each(METHODS)('%j', refused)
})

describe('after all attempts', () => {
  it('the secrets are unchanged, and no unexpected error was reported', expectSecretsKept)
})
