import type { HostFunction } from '@ashlar/core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startHostileRuntime, type HostileRuntime } from './hostile-runtime.ts'
import type { PluginBlock } from './plugin-source.ts'

const OF_MALLORY = 'mallory-2b6e41d7'
const OF_ALICE = 'alice-c90f3312'
const GRANTED = `{ host: ['crm/echo', 'crm/fail', 'crm/leak', 'crm/strict', 'crm/closed'], credentials: ['http/host'] }`
const SETTLE = `const settle = async (call) => { try { return JSON.stringify(await call()) } catch (error) { return 'refused: ' + error.code + ' ' + error.message + ' ' + error.stack + ' ' + error.cause?.message } };`

/** Attempts to get the secret, or to call a function that the manifest does not name. */
const ATTEMPTS: Record<string, string> = {
  'a function that returns it': `yield ['out', await settle(() => context.host('crm/echo', n, { credential: 'http/host' }))]`,
  'a function that returns it in pieces of an object': `yield ['out', await settle(() => context.host('crm/leak', n, { credential: 'http/host' }))]`,
  'an error of a function that contains it': `yield ['out', await settle(() => context.host('crm/fail', 'user', { credential: 'http/host' }))]`,
  'an unexpected error of a function': `yield ['out', await settle(() => context.host('crm/fail', 'bug', { credential: 'http/host' }))]`,
  'patched JSON': `const texts = []; const { parse } = JSON; JSON.parse = (text, ...rest) => (texts.push(text), parse(text, ...rest))
    await settle(() => context.host('crm/echo', n, { credential: 'http/host' })); JSON.parse = parse; yield ['out', texts.join()]`,
  'a forged call': `const id = ownId(); yield forge({ t: 'c', id, request: 1, method: 'host.call', args: ['crm/echo', 1, 'http/host'] })`,
  'a method that does not exist': `const id = ownId(); yield forge({ t: 'c', id, request: 1, method: 'host.secret', args: ['http/host'] })`,
}
const REFUSED: [name: string, run: string, code: string][] = [
  ['undeclared', `await context.host('crm/other', n)`, 'CAPABILITY_MISSING'],
  ['prototype', `await context.host('__proto__', n)`, 'CAPABILITY_MISSING'],
  ['list', `await context.host(['crm/echo'], n)`, 'CAPABILITY_MISSING'],
  ['undeclared-credential', `await context.host('crm/echo', n, { credential: 'email/smtp' })`, 'CAPABILITY_MISSING'],
  ['foreign-provider', `await context.host('crm/strict', n, { credential: 'http/host' })`, 'BAD_INPUT'],
  ['other-plugin', `await context.host('crm/closed', n)`, 'CAPABILITY_MISSING'],
  ['large', `await context.host('crm/echo', 'x'.repeat(2_000_000))`, 'OUTPUT_LIMIT'],
]

const received: { input: unknown; secret: unknown }[] = []
const FUNCTIONS: Record<string, HostFunction> = {
  'crm/echo': { run: async (input, { secret }) => (received.push({ input, secret }), { input, secret }) },
  'crm/other': { run: async () => void received.push({ input: 'other', secret: null }) },
  'crm/leak': {
    run: async (_, { secret }) => {
      const text = JSON.stringify(secret)
      return { [text]: text, base64: Buffer.from(OF_MALLORY).toString('base64'), encoded: encodeURIComponent(text) }
    },
  },
  'crm/fail': {
    run: async (input, { secret }) => {
      const error = new Error(`failed with ${JSON.stringify(secret)}`, { cause: secret })
      throw input === 'user' ? Object.assign(error, { name: 'HostFailure' }) : error
    },
  },
  'crm/strict': { run: async (_, { secret }) => void received.push({ input: 'strict', secret }), providers: ['crm/crm'] },
  'crm/closed': { run: async () => void received.push({ input: 'closed', secret: null }), plugins: ['crm'] },
}

let hostile: HostileRuntime
beforeAll(async () => {
  const attempts = Object.values(ATTEMPTS).map((run, i) => ({ name: `a${i}`, capabilities: GRANTED, run: `${SETTLE} ${run}` }))
  const refused = REFUSED.map(([name, run]): PluginBlock => ({
    name,
    capabilities: GRANTED,
    run: `${run}; yield ['out', 'taken']`,
  }))
  const none: PluginBlock = { name: 'none', capabilities: '{}', run: `await context.host('crm/echo', n); yield ['out', 'taken']` }
  hostile = await startHostileRuntime([...attempts, ...refused, none], [], (name) => FUNCTIONS[name])
  for (const [owner, key] of [
    [hostile.mallory, OF_MALLORY],
    [hostile.alice, OF_ALICE],
  ] as const) {
    const secret = { type: 'HOST_SCOPED', headers: { 'x-key': key } }
    await hostile.runtime.credentials.add(owner, { provider: 'http/host', hosts: ['api.example.com'], secret })
  }
})
afterAll(() => hostile.close())
beforeEach(() => void (received.length = 0))

describe('the secret that a host function receives cannot be read by', () => {
  it.each(Object.keys(ATTEMPTS).map((name, i) => [name, `a${i}`]))('%s', async (_name, block) => {
    const outcome = await hostile.run(hostile.mallory, [block], 1)
    const { rows } = await hostile.runtime.database.pool.query<{ events: string }>('select events from journal')
    const reported = JSON.stringify(outcome) + rows.map(({ events }) => events).join()
    for (const secret of [OF_MALLORY, OF_ALICE]) {
      expect(reported).not.toContain(secret)
      expect(reported).not.toContain(Buffer.from(secret).toString('base64'))
    }
    expect(JSON.stringify(received)).not.toContain(OF_ALICE)
    const logged = hostile.runtime.failures
      .splice(0)
      .map((error) => [String(error), (error as Error).stack, String((error as Error).cause)])
    expect(JSON.stringify(logged)).not.toContain(OF_MALLORY)
  })
})

describe('a block cannot call', () => {
  it.each(REFUSED.map(([name, , code]) => [name, code]))('%s', async (name, code) => {
    expect(await hostile.run(hostile.mallory, [name], 1)).toMatchObject({ status: 'FAILED', code })
    expect(received).toEqual([])
  })

  it('any function without the capability', async () => {
    expect(await hostile.run(hostile.mallory, ['none'], 1)).toMatchObject({ status: 'FAILED', code: 'CAPABILITY_MISSING' })
    expect(received).toEqual([])
  })
})
