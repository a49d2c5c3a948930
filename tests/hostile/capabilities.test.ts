import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHostileRuntime, type HostileRuntime } from './hostile-runtime.ts'
import type { PluginBlock } from './plugin-source.ts'

const BOTH = `{ storage: ['graph', 'user'] }`
const ask = `const told = async (call) => { try { return await call() } catch (error) { return 'refused: ' + error.message } }; `

/** Blocks that ask for what their manifest does not name. */
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

/** Uses what a block beside it in its execution has left behind. */
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
    run: `${ask} for (const scope of ['user', 'graph', 'plugin']) yield ['out', await told(() => context.storage.list(scope, n))]`,
  },
  { name: 'key', capabilities: BOTH, run: `${ask} yield ['out', await told(() => context.storage.get('user', n))]` },
  {
    name: 'odd-key',
    capabilities: BOTH,
    run: `${ask} const keys = [undefined, 1, {}, ['secret'], { toString: () => 'secret' }, Symbol('secret'), true, '', 'x'.repeat(201), { length: 6, 0: 's' }]
          for (const key of keys) yield ['out', await told(() => context.storage.get('user', key))]`,
  },
  {
    name: 'call',
    capabilities: BOTH,
    run: `const { stringify } = JSON
          JSON.stringify = (value) => Array.isArray(value) && value[0] === 'user' && value[1] === 'forged' ? '["user","secret"],"method":' + stringify(n) : stringify(value)
          ${ask} yield ['out', await told(() => context.storage.get('user', 'forged'))]`,
  },
  {
    name: 'swap',
    capabilities: BOTH,
    run: `${ask} for (const expected of [[], {}, 'of', 0, false, '%', { '$ne': null }, "' or true --"]) yield ['out', await told(() => context.storage.compareAndSet('user', 'secret', expected, 'stolen'))]`,
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
    run: `${ask} let deep = 1; for (let i = 0; i < 20000; i++) deep = [deep]
          for (const value of ['x'.repeat(70000), deep, '\\u0000', '\\ud800', { a: '\\u0000' }]) { const said = await told(() => context.storage.set('user', 'odd', value)); yield ['out', said === undefined ? 'kept' : said] }`,
  },
  {
    name: 'nul-key',
    capabilities: BOTH,
    run: `${ask} yield ['out', await told(() => context.storage.get('user', 'secret\\u0000'))]`,
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

describe('a block gets nothing that its manifest does not name', () => {
  it.concurrent.each(
    UNGRANTED.filter(({ name }) => name !== 'forges-owner' && name !== 'borrows-context').map(({ name }) => name),
  )('%s', async (name) => {
    const outcome = await hostile.run(hostile.mallory, [name])
    expect(outcome).toMatchObject({ status: 'FAILED', code: 'CAPABILITY_MISSING', yielded: [] })
    expect(outcome.message).toMatch(/does not have the capability storage/)
  })

  it('by forging who it is', async () => {
    await hostile.run(hostile.mallory, ['forges-owner'], hostile.alice)
    await expectSecretsKept()
  })

  it.each([
    ['beside', []],
    ['behind', [{ from: 'lend.out', to: 'borrow.n' }]],
  ])('by asking through the context of a block %s it in its execution', async (_where, links) => {
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

describe('what one has stored', () => {
  it('another user does not see, and another graph sees only what is for all graphs', async () => {
    expect((await hostile.run(hostile.mallory, ['look'])).yielded).toEqual([
      ['out', 'of mallory'],
      ['out', null],
    ])
    expect((await hostile.run(hostile.alice, ['look'])).yielded).toEqual([
      ['out', 'of alice'],
      ['out', null],
    ])
  })

  it('nobody starts the graph of another for', async () => {
    const graphId = await hostile.graphOf(hostile.alice, ['look'])
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
  ])('the key %j does not lead to', async (key) => {
    expect((await hostile.run(hostile.mallory, ['key'], key)).yielded).toEqual([['out', null]])
  })

  it.concurrent.each([
    [{ prefix: '%' }, [[], [], []]],
    [{ prefix: "s' or '1'='1" }, [[], [], []]],
    [{ prefix: 'secret', after: '' }, [['secret'], [], []]],
  ])('a list of %j does not tell more of', async (page, lists) => {
    expect((await hostile.run(hostile.mallory, ['list'], page)).yielded.map(([, value]) => value)).toEqual(lists)
  })

  it('a key that is no text does not lead to', async () => {
    const { yielded } = await hostile.run(hostile.mallory, ['odd-key'])
    expect(new Set(yielded.map(([, value]) => value))).toEqual(
      new Set(['refused: storage: a key must be a text of 1 to 200 characters, without NUL and lone surrogates']),
    )
    expect(yielded).toHaveLength(10)
  })

  it('a value that only looks like it does not replace', async () => {
    const { yielded } = await hostile.run(hostile.mallory, ['swap'])
    expect(yielded.map(([, value]) => value)).toEqual(Array.from({ length: 8 }, () => false))
    await expectSecretsKept()
  })

  it('comes back as it was, whatever its keys are called', async () => {
    expect((await hostile.run(hostile.mallory, ['round-trip'])).yielded).toEqual([['out', true]])
    expect('polluted' in {}).toBe(false)
  })

  it('may be odd: what the database does not take is refused, and costs nobody else anything', async () => {
    const [{ status, yielded }, beside] = await Promise.all([
      hostile.run(hostile.mallory, ['odd-values']),
      hostile.run(hostile.alice, ['look']),
    ])
    expect(status).toBe('COMPLETED')
    const noSuchText = 'refused: storage: texts in a value must not contain NUL or lone surrogates'
    expect(yielded.map(([, value]) => value)).toEqual([
      'refused: storage: the value is 70002 bytes long as JSON, the limit is 65536',
      'refused: storage: a value must not nest arrays and objects more than 1000 levels deep',
      noSuchText,
      noSuchText,
      noSuchText,
    ])
    expect(beside.status).toBe('COMPLETED')
  })

  it('has a key without NUL and halves of characters', async () => {
    const refused = [['out', expect.stringMatching(/^refused: storage: a key must be/)]]
    expect((await hostile.run(hostile.mallory, ['nul-key'])).yielded).toEqual(refused)
    expect((await hostile.run(hostile.mallory, ['key'], '\ud800')).yielded).toEqual(refused)
  })
})

describe('a host call that does not exist is refused:', () => {
  const refused = async (method: string): Promise<void> => {
    const { yielded } = await hostile.run(hostile.mallory, ['call'], method)
    expect(yielded).toEqual([['out', expect.stringMatching(/^refused: block hostile\/call: the host call .* does not exist/)]])
  }
  it.concurrent.each(METHODS)('%j', refused)
})

describe('after all of this', () => {
  it('the secrets are what they were, and nothing has failed that nobody waited for', expectSecretsKept)
})
