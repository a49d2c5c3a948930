import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestRuntime, type TestRuntime } from '../../testing/test-runtime.ts'
import type { Accounts } from './accounts.ts'
import { ACCOUNT_ROLES, type AccountRole } from './entities.ts'

let runtime: TestRuntime
let accounts: Accounts
let ada: string
let bob: string
let eve: string
beforeAll(async () => {
  runtime = await createTestRuntime({ role: 'gateway', pluginRoots: [] })
  accounts = runtime.accounts
  ;[ada = '', bob = '', eve = ''] = await Promise.all(
    ['Ada', 'Bob', 'Eve'].map(async (name) => (await runtime.users.create(name)).id),
  )
})
afterAll(() => runtime.close())

const ALL = { first: 100, orderBy: { field: 'JOINED_AT', direction: 'ASC' }, filter: {}, countTotal: true } as const

async function organize(members: Record<string, AccountRole> = {}): Promise<string> {
  const { account } = await accounts.createOrganization(ada, { name: 'Acme' })
  for (const [userId, role] of Object.entries(members)) {
    const { token } = await accounts.invite(ada, account.id, { role })
    await accounts.acceptInvitation(userId, token)
  }
  return account.id
}

async function rolesIn(accountId: string, reader = ada): Promise<Record<string, AccountRole>> {
  const page = (await accounts.membersOf(reader, [accountId], ALL)).get(accountId)
  return Object.fromEntries((page?.items ?? []).map(({ item }) => [item.userId, item.role]))
}

async function memberId(accountId: string, userId: string): Promise<string> {
  const page = (await accounts.membersOf(ada, [accountId], ALL)).get(accountId)
  return page?.items.find(({ item }) => item.userId === userId)?.item.id ?? randomUUID()
}

it('has a personal account for each user, with the id of the user', async () => {
  const { items } = await accounts.list(bob, ALL)
  expect(items.map(({ item }) => item)).toEqual([
    { role: 'OWNER', joinedAt: expect.any(Date), account: expect.objectContaining({ id: bob, kind: 'PERSONAL', name: 'Bob' }) },
  ])
  expect(await rolesIn(bob, bob)).toEqual({ [bob]: 'OWNER' })
})

describe('an organization', () => {
  it('belongs to the user who creates it', async () => {
    const id = await organize()
    expect(await rolesIn(id)).toEqual({ [ada]: 'OWNER' })
    expect((await accounts.find(ada, [id])).get(id)).toMatchObject({
      role: 'OWNER',
      account: { kind: 'ORGANIZATION', name: 'Acme' },
    })
  })

  it.each(['', '  ', 'x'.repeat(101), 'a\0b', 'a\nb', 'a\ud800b'])('cannot have the name "%s"', async (name) => {
    await expect(accounts.createOrganization(ada, { name })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      details: { path: ['name'] },
    })
  })

  it('is unknown to a user who is not a member', async () => {
    const id = await organize({ [bob]: 'EDITOR' })
    const unknown = randomUUID()
    const refusal = async (call: (id: string) => Promise<unknown>): Promise<unknown[]> =>
      Promise.all(
        [id, unknown].map((each) => call(each).catch((error: Error) => [error.message, (error as { code?: string }).code])),
      )
    for (const call of [
      (each: string) => accounts.invite(eve, each, { role: 'VIEWER' }),
      async (each: string) => accounts.setRole(eve, each === id ? await memberId(id, bob) : each, 'VIEWER'),
      async (each: string) => accounts.removeMember(eve, each === id ? await memberId(id, bob) : each),
      async (each: string) =>
        accounts.revokeInvitation(eve, each === id ? (await accounts.invite(ada, id, { role: 'VIEWER' })).invitation.id : each),
    ]) {
      const [foreign, other] = await refusal(call)
      expect(foreign).toEqual(other)
      expect(foreign).toContain('NOT_FOUND')
    }
    expect(await accounts.find(eve, [id])).toEqual(new Map())
    expect(await rolesIn(id, eve)).toEqual({})
    expect(await accounts.invitationsOf(eve, [id])).toEqual(new Map())
    expect(await accounts.findMembers(eve, [await memberId(id, bob)])).toEqual(new Map())
  })
})

describe('an invitation', () => {
  it('is accepted once', async () => {
    const id = await organize()
    const { token } = await accounts.invite(ada, id, { role: 'EDITOR' })
    const both = await Promise.allSettled([accounts.acceptInvitation(bob, token), accounts.acceptInvitation(eve, token)])
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    await expect(accounts.acceptInvitation(eve, token)).rejects.toMatchObject({ code: 'NOT_FOUND', details: { path: ['token'] } })
    expect((await accounts.invitationsOf(ada, [id])).get(id)).toEqual([])
  })

  it('stays open if a member accepts it', async () => {
    const id = await organize({ [bob]: 'VIEWER' })
    const { token } = await accounts.invite(ada, id, { role: 'ADMIN' })
    await expect(accounts.acceptInvitation(bob, token)).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await rolesIn(id)).toMatchObject({ [bob]: 'VIEWER' })
    await accounts.acceptInvitation(eve, token)
  })

  it('ends when it is revoked or expires', async () => {
    const id = await organize()
    const revoked = await accounts.invite(ada, id, { role: 'VIEWER' })
    await accounts.revokeInvitation(ada, revoked.invitation.id)
    const expired = await accounts.invite(ada, id, { role: 'VIEWER' })
    await runtime.database.pool.query('update invitation set expires_at = now() where id = $1', [expired.invitation.id])
    for (const { token } of [revoked, expired])
      await expect(accounts.acceptInvitation(bob, token)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await accounts.invitationsOf(ada, [id])).get(id)).toEqual([])
  })

  it('is visible to an ADMIN, and to no EDITOR', async () => {
    const id = await organize({ [bob]: 'ADMIN', [eve]: 'EDITOR' })
    const { invitation } = await accounts.invite(ada, id, { role: 'VIEWER' })
    for (const [user, expected] of [
      [bob, 1],
      [eve, 0],
    ] as const) {
      expect((await accounts.invitationsOf(user, [id])).get(id)?.length ?? 0).toBe(expected)
      expect((await accounts.findInvitations(user, [invitation.id])).size).toBe(expected)
    }
    await expect(accounts.revokeInvitation(eve, invitation.id)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  it('ends when the member who made it is removed, or may not make it any more', async () => {
    const id = await organize({ [bob]: 'OWNER' })
    const [owner, admin] = await Promise.all((['OWNER', 'ADMIN'] as const).map((role) => accounts.invite(bob, id, { role })))
    await accounts.setRole(ada, await memberId(id, bob), 'ADMIN')
    await expect(accounts.acceptInvitation(eve, owner?.token ?? '')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await accounts.invitationsOf(ada, [id])).get(id)?.map(({ id: each }) => each)).toEqual([admin?.invitation.id])
    await accounts.removeMember(ada, await memberId(id, bob))
    await expect(accounts.acceptInvitation(bob, admin?.token ?? '')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('is not made by a member who is removed at the same time', async () => {
    const id = await organize({ [bob]: 'ADMIN' })
    const member = await memberId(id, bob)
    const invited = await runtime.database.transact(async (client) => {
      await client.query('select from account where id = $1 for no key update', [id])
      const waiting = accounts.invite(bob, id, { role: 'ADMIN' }).catch((error: { code: string }) => error.code)
      await client.query('select pg_sleep(0.05)')
      await client.query('delete from member where id = $1', [member])
      return { waiting }
    })
    expect(await invited.waiting).toBe('NOT_FOUND')
  })

  it('is either accepted or revoked', async () => {
    const id = await organize()
    for (let i = 0; i < 10; i++) {
      const { invitation, token } = await accounts.invite(ada, id, { role: 'VIEWER' })
      const user = (await runtime.users.create('Guest')).id
      const ends = await Promise.allSettled([
        accounts.revokeInvitation(ada, invitation.id),
        accounts.acceptInvitation(user, token),
      ])
      expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    }
  })

  it('is stored without its token', async () => {
    const { token } = await accounts.invite(ada, await organize(), { role: 'VIEWER' })
    const { rows } = await runtime.database.pool.query<{ text: string }>('select i::text as text from invitation i')
    expect(rows.some(({ text }) => text.includes(token))).toBe(false)
  })

  it('cannot be made for a personal account, for an invalid time, or when 100 are open', async () => {
    await expect(accounts.invite(ada, ada, { role: 'VIEWER' })).rejects.toMatchObject({ code: 'CONFLICT' })
    const id = await organize()
    for (const expiresInDays of [0, 31, 1.5, NaN])
      await expect(accounts.invite(ada, id, { role: 'VIEWER', expiresInDays })).rejects.toMatchObject({ code: 'BAD_INPUT' })
    for (let i = 0; i < 100; i++) await accounts.invite(ada, id, { role: 'VIEWER' })
    await expect(accounts.invite(ada, id, { role: 'VIEWER' })).rejects.toMatchObject({ code: 'CONFLICT' })
  })
})

describe('the members of an organization', () => {
  it.each<[AccountRole, AccountRole, string]>([
    ['VIEWER', 'VIEWER', 'FORBIDDEN'],
    ['EDITOR', 'VIEWER', 'FORBIDDEN'],
    ['ADMIN', 'ADMIN', 'done'],
    ['ADMIN', 'OWNER', 'FORBIDDEN'],
    ['OWNER', 'OWNER', 'done'],
  ])('%s may invite and make a member %s: %s', async (own, role, expected) => {
    const id = await organize({ [bob]: own, [eve]: 'EDITOR' })
    const outcome = async (call: Promise<unknown>): Promise<string> =>
      call.then(
        () => 'done',
        (error: { code: string }) => error.code,
      )
    expect(await outcome(accounts.invite(bob, id, { role }))).toBe(expected)
    expect(await outcome(accounts.setRole(bob, await memberId(id, eve), role))).toBe(expected)
    expect(await rolesIn(id)).toMatchObject({ [eve]: expected === 'done' ? role : 'EDITOR' })
  })

  it('are not changed by an ADMIN if they are an OWNER', async () => {
    const id = await organize({ [bob]: 'ADMIN' })
    const owner = await memberId(id, ada)
    await expect(accounts.setRole(bob, owner, 'VIEWER')).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(accounts.removeMember(bob, owner)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  it('may leave, whatever their role is', async () => {
    const id = await organize({ [bob]: 'VIEWER' })
    await accounts.removeMember(bob, await memberId(id, bob))
    expect(await rolesIn(id)).toEqual({ [ada]: 'OWNER' })
    expect(await accounts.find(bob, [id])).toEqual(new Map())
  })

  it('always include an OWNER, in every order of simultaneous changes', async () => {
    const change = fc.record({ actor: fc.nat(2), target: fc.nat(2), role: fc.option(fc.constantFrom(...ACCOUNT_ROLES)) })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
        const id = await organize({ [bob]: 'OWNER', [eve]: 'OWNER' })
        const users = [ada, bob, eve]
        const members = await Promise.all(users.map((user) => memberId(id, user)))
        await Promise.allSettled(
          changes.map(({ actor, target, role }) => {
            const [user = '', member = ''] = [users[actor], members[target]]
            return role === null ? accounts.removeMember(user, member) : accounts.setRole(user, member, role)
          }),
        )
        const { rows } = await runtime.database.pool.query('select from member where account_id = $1 and role = $2', [
          id,
          'OWNER',
        ])
        expect(rows.length).toBeGreaterThan(0)
      }),
      { numRuns: 25 },
    )
  })

  it('of a personal account cannot change', async () => {
    const { items } = (await accounts.membersOf(ada, [ada], ALL)).get(ada) ?? { items: [] }
    for (const { item } of items) {
      await expect(accounts.removeMember(ada, item.id)).rejects.toMatchObject({ code: 'CONFLICT' })
      await expect(accounts.setRole(ada, item.id, 'VIEWER')).rejects.toMatchObject({ code: 'CONFLICT' })
    }
  })
})
