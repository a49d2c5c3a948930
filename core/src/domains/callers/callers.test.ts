import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createTestRuntime, type TestRuntime } from '../../testing/index.ts'
import type { AccountRole, Caller } from '../accounts/index.ts'
import type { NewApiKey } from './index.ts'

// Two processes with one database: changes are made by the first one.
let runtime: TestRuntime
let other: TestRuntime
let ada: string
let bob: string
beforeAll(async () => {
  runtime = await createTestRuntime({ role: 'gateway', pluginRoots: [] })
  other = await createTestRuntime({ role: 'gateway', pluginRoots: [], databaseUrl: runtime.database.url })
  ;[ada = '', bob = ''] = await Promise.all(['Ada', 'Bob'].map(async (name) => (await runtime.users.create(name)).id))
})
afterAll(async () => {
  await other.close()
  await runtime.close()
})

const UNLIMITED: NewApiKey = { name: 'test', scopes: null, accountIds: null, graphIds: null, expiresAt: null }

async function organize(): Promise<string> {
  return (await runtime.accounts.createOrganization(ada, { name: 'Acme' })).account.id
}

/** Makes Bob a member. @returns the id of the member */
async function join(accountId: string, role: AccountRole): Promise<string> {
  const { token } = await runtime.accounts.invite(ada, accountId, { role })
  await runtime.accounts.acceptInvitation(bob, token)
  const request = { first: 100, orderBy: { field: 'JOINED_AT', direction: 'ASC' }, filter: {}, countTotal: false } as const
  const members = (await runtime.accounts.membersOf(ada, [accountId], request)).get(accountId)?.items ?? []
  return members.find(({ item }) => item.userId === bob)?.item.id ?? ''
}

/** Waits until both processes have observed a change. */
const eventually = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 5000, interval: 5 })

describe('a key', () => {
  it('has the scopes, the accounts and the graphs to which it is limited', async () => {
    const accountId = await organize()
    const graph = await runtime.graphs.create(accountId, { name: 'g', document: { nodes: [] } })
    const expiresAt = new Date(Date.now() + 3600_000)
    const { secret, apiKey } = await runtime.apiKeys.create(ada, {
      name: 'ci',
      scopes: ['EXECUTE'],
      accountIds: [accountId],
      graphIds: [graph.id],
      expiresAt,
    })
    expect(await other.callers.ofKey(secret)).toMatchObject({
      user: { id: ada, name: 'Ada' },
      roles: new Map([[accountId, 'OWNER']]),
      accountIds: new Set([accountId]),
      graphIds: new Set([graph.id]),
      scopes: new Set(['EXECUTE']),
      keyId: apiKey.id,
      expiresAt,
    })
    const { rows } = await runtime.database.pool.query('select to_jsonb(k)::text as row from api_key k where id = $1', [
      apiKey.id,
    ])
    expect(rows[0].row).not.toContain(secret.slice(8))
  })

  it('stops working in every process when it is revoked, and its connections end', async () => {
    const { secret, apiKey } = await runtime.apiKeys.create(ada, UNLIMITED)
    const callers = await Promise.all([runtime, other].map(({ callers }) => callers.ofKey(secret)))
    const ends = [runtime, other].map(
      (each, i) => new Promise<void>((resolve) => each.callers.onEnd(callers[i] as Caller, resolve)),
    )
    expect(await runtime.apiKeys.revoke(bob, apiKey.id)).toBeUndefined()
    expect(await runtime.apiKeys.revoke(ada, apiKey.id)).toMatchObject({ id: apiKey.id })
    await Promise.all(ends)
    for (const each of [runtime, other]) expect(await each.callers.ofKey(secret)).toBeUndefined()
  })

  it('stops working when it expires, also from memory', async () => {
    const { secret } = await runtime.apiKeys.create(ada, { ...UNLIMITED, expiresAt: new Date(Date.now() + 300) })
    const caller = await runtime.callers.ofKey(secret)
    expect(caller).toBeDefined()
    await new Promise<void>((resolve) => runtime.callers.onEnd(caller as Caller, resolve))
    expect(await runtime.callers.ofKey(secret)).toBeUndefined()
  })

  it('records its last use', async () => {
    const { secret, apiKey } = await runtime.apiKeys.create(ada, UNLIMITED)
    await runtime.callers.ofKey(secret)
    await eventually(async () => {
      expect((await runtime.apiKeys.find(ada, [apiKey.id])).get(apiKey.id)?.lastUsedAt).toBeInstanceOf(Date)
    })
  })

  it('cannot be guessed with another checksum, and costs no statement', async () => {
    const { secret } = await runtime.apiKeys.create(ada, UNLIMITED)
    const query = vi.spyOn(runtime.database.pool, 'query')
    expect(await runtime.callers.ofKey(`${secret.slice(0, -1)}${secret.endsWith('0') ? '1' : '0'}`)).toBeUndefined()
    expect(query).not.toHaveBeenCalled()
    query.mockRestore()
  })

  it('is limited to 100 for a user, also at the same time', async () => {
    const user = await runtime.users.create('Carl')
    const results = await Promise.allSettled(Array.from({ length: 110 }, () => runtime.apiKeys.create(user.id, UNLIMITED)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(100)
  })
})

it('a caller from memory needs no statement, and is a copy', async () => {
  const { secret } = await runtime.apiKeys.create(ada, UNLIMITED)
  const first = await runtime.callers.ofKey(secret)
  first?.roles.clear()
  const query = vi.spyOn(runtime.database.pool, 'query')
  const second = await runtime.callers.ofKey(secret)
  expect(query).not.toHaveBeenCalled()
  expect(second?.roles.size).toBeGreaterThan(0)
  query.mockRestore()
})

it('the connections of a user end who loses a role, but not those of one who gains one', async () => {
  const accountId = await organize()
  const memberId = await join(accountId, 'EDITOR')
  const caller = (await other.callers.ofUserId(bob)) as Caller
  const ended = vi.fn<() => void>()
  other.callers.onEnd(caller, ended)
  await runtime.accounts.setRole(ada, memberId, 'ADMIN')
  await eventually(async () => expect((await other.callers.ofUserId(bob))?.roles.get(accountId)).toBe('ADMIN'))
  expect(ended).not.toHaveBeenCalled()
  await runtime.accounts.setRole(ada, memberId, 'VIEWER')
  await vi.waitFor(() => expect(ended).toHaveBeenCalledOnce())
})

it('a role that a user has lost while a request was being authenticated ends its connection', async () => {
  const accountId = await organize()
  const memberId = await join(accountId, 'EDITOR')
  const caller = (await other.callers.ofUserId(bob)) as Caller
  await runtime.accounts.removeMember(ada, memberId)
  await eventually(async () => expect((await other.callers.ofUserId(bob))?.roles.has(accountId)).toBe(false))
  await new Promise<void>((resolve) => other.callers.onEnd(caller, resolve))
})

it('observes what changed while the connection for notifications was lost', async () => {
  const { secret, apiKey } = await runtime.apiKeys.create(ada, UNLIMITED)
  expect(await runtime.callers.ofKey(secret)).toBeDefined()
  const { pool } = runtime.database
  await pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'ashlar listen' and datname = current_database()`,
  )
  await pool.query('delete from api_key where id = $1', [apiKey.id])
  await eventually(async () => expect(await runtime.callers.ofKey(secret)).toBeUndefined())
})

const step = fc.oneof(
  fc.record({ do: fc.constant('role' as const), role: fc.constantFrom<AccountRole>('VIEWER', 'EDITOR', 'ADMIN') }),
  fc.record({ do: fc.constantFrom('leave' as const, 'revoke' as const, 'create' as const) }),
)

it('both processes agree with a model after each change of a role or a key', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      const accountId = await organize()
      let key = await runtime.apiKeys.create(bob, { ...UNLIMITED, accountIds: [accountId] })
      let [role, memberId, isRevoked] = [undefined as AccountRole | undefined, '', false]
      for (const each of steps) {
        if (each.do === 'role' && role === undefined) memberId = await join(accountId, each.role)
        if (each.do === 'role' && role !== undefined) await runtime.accounts.setRole(ada, memberId, each.role)
        if (each.do === 'role') role = each.role
        if (each.do === 'leave' && role !== undefined) await runtime.accounts.removeMember(bob, memberId)
        if (each.do === 'leave') role = undefined
        if (each.do === 'revoke') isRevoked = (await runtime.apiKeys.revoke(bob, key.apiKey.id)) !== undefined || isRevoked
        if (each.do === 'create' && isRevoked)
          [key, isRevoked] = [await runtime.apiKeys.create(bob, { ...UNLIMITED, accountIds: [accountId] }), false]
        const expected = isRevoked ? undefined : new Map(role === undefined ? [] : [[accountId, role]])
        for (const { callers } of [runtime, other])
          await eventually(async () => expect((await callers.ofKey(key.secret))?.roles).toEqual(expected))
      }
    }),
    { numRuns: 15 },
  )
})
