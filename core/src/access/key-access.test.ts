import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../domains/accounts/index.ts'
import type { NewApiKey } from '../domains/callers/index.ts'
import { createTestRuntime, type TestRuntime } from '../testing/test-runtime.ts'

let runtime: TestRuntime
let ada: Caller
let bob: Caller
beforeAll(async () => {
  runtime = await createTestRuntime({ role: 'gateway', pluginRoots: [] })
  const users = await Promise.all(['Ada', 'Bob'].map((name) => runtime.users.create(name)))
  ;[ada, bob] = (await Promise.all(users.map((user) => runtime.callers.ofUser(user)))) as [Caller, Caller]
})
afterAll(() => runtime.close())

const KEY: NewApiKey = { name: 'ci', scopes: ['EXECUTE'], accountIds: null, graphIds: null, expiresAt: null }
const REQUEST = { first: 100, orderBy: { field: 'CREATED_AT', direction: 'DESC' }, filter: {}, countTotal: true } as const
const inHours = (hours: number): Date => new Date(Date.now() + hours * 3600_000)

const create = (caller: Caller, key: Partial<NewApiKey> = {}) => runtime.as(caller).keys.create({ ...KEY, ...key })

async function useKey(key: Partial<NewApiKey>): Promise<Caller> {
  const { secret } = await create(ada, key)
  const caller = await runtime.callers.ofKey(secret)
  if (!caller) throw new Error('the key does not work')
  return caller
}

it.each([
  ['name', { name: ' ' }],
  ['name', { name: 'a\nb' }],
  ['name', { name: 'x'.repeat(101) }],
  ['scopes', { scopes: [] }],
  ['accountIds', { accountIds: [] }],
  ['graphIds', { graphIds: [] }],
  ['graphIds', { graphIds: Array.from({ length: 101 }, () => randomUUID()) }],
  ['expiresAt', { expiresAt: inHours(-1) }],
])('rejects an invalid %s', async (field, key) => {
  await expect(create(ada, key)).rejects.toMatchObject({ code: 'BAD_INPUT', details: { path: [field] } })
})

describe('a key that is limited to graphs', () => {
  it('is limited to graphs that the user can see: a foreign id is answered like an unknown one', async () => {
    const own = await runtime.graphs.create(ada.user.id, { name: 'own', document: { nodes: [] } })
    const foreign = await runtime.graphs.create(bob.user.id, { name: 'foreign', document: { nodes: [] } })
    const { apiKey } = await create(ada, { graphIds: [own.id, own.id] })
    expect(apiKey.graphIds).toEqual([own.id])
    const answers = await Promise.all(
      [foreign.id, randomUUID(), 'no id'].map((id) => create(ada, { graphIds: [id] }).catch((error: unknown) => error)),
    )
    for (const answer of answers) expect(answer).toEqual(answers[0])
    expect(answers[0]).toMatchObject({ code: 'NOT_FOUND', details: { path: ['graphIds'] } })
  })

  it('has no scope that reaches beyond a graph, and manages no keys', async () => {
    const { id } = await runtime.graphs.create(ada.user.id, { name: 'own', document: { nodes: [] } })
    await expect(create(ada, { graphIds: [id], scopes: ['WRITE_GRAPHS'] })).rejects.toMatchObject({ code: 'BAD_INPUT' })
    const caller = { ...ada, graphIds: new Set([id]) }
    await expect(create(caller)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(runtime.as(caller).keys.list(REQUEST)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })
})

describe('a key cannot create a key that may do more', () => {
  it.each([
    ['without MANAGE_ACCOUNT', { scopes: ['EXECUTE'] }, {}, 'FORBIDDEN'],
    ['with another scope', { scopes: ['MANAGE_ACCOUNT'] }, { scopes: ['EXECUTE'] }, 'FORBIDDEN'],
    ['for a longer time', { scopes: ['MANAGE_ACCOUNT'], expiresAt: inHours(1) }, { expiresAt: inHours(2) }, 'FORBIDDEN'],
    ['for ever', { scopes: ['MANAGE_ACCOUNT'], expiresAt: inHours(1) }, { expiresAt: null }, 'FORBIDDEN'],
    ['for a shorter time', { scopes: ['MANAGE_ACCOUNT'], expiresAt: inHours(2) }, { expiresAt: inHours(1) }, 'OK'],
  ] as const)('%s', async (_what, own, wanted, expected) => {
    const caller = await useKey({ ...own, scopes: [...own.scopes] })
    const result = create(caller, { scopes: ['MANAGE_ACCOUNT'], ...wanted } as Partial<NewApiKey>)
    expect(await result.then(() => 'OK', (error: { code: string }) => error.code)).toBe(expected) // prettier-ignore
  })

  it('for another account', async () => {
    const { account } = await runtime.as(ada).accounts.createOrganization({ name: 'Acme' })
    const caller = await useKey({ scopes: ['MANAGE_ACCOUNT'], accountIds: [ada.user.id] })
    const limited = { scopes: ['MANAGE_ACCOUNT' as const] }
    await expect(create(caller, { ...limited, accountIds: [account.id] })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      details: { path: ['accountIds'] },
    })
    expect((await create(caller, limited)).apiKey.accountIds).toEqual([ada.user.id])
  })

  it('while an administrator acts as the user', async () => {
    await expect(create({ ...ada, actor: bob.user })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  it('with the scope ADMIN, except the owner of the installation', async () => {
    const owner = await runtime.callers.ofUserId(runtime.ownerId)
    await expect(create(ada, { scopes: ['ADMIN'] })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect((await create(owner as Caller, { scopes: ['ADMIN'] })).apiKey.scopes).toEqual(['ADMIN'])
  })
})

it('a user lists and revokes only the own keys', async () => {
  const { apiKey } = await create(ada)
  const api = runtime.as(bob).keys
  const unknown = await api.revoke(randomUUID()).catch((error: unknown) => error)
  expect(await api.revoke(apiKey.id).catch((error: unknown) => error)).toEqual(unknown)
  expect(unknown).toMatchObject({ code: 'NOT_FOUND' })
  expect((await api.find([apiKey.id])).size).toBe(0)
  expect((await api.list(REQUEST)).items).toEqual([])
  expect((await runtime.as(ada).keys.list(REQUEST)).items.map(({ item }) => item.id)).toContain(apiKey.id)
  await runtime.as(ada).keys.revoke(apiKey.id)
})

it('a key that is limited to accounts lists and revokes only keys that are limited to them', async () => {
  const wide = await create(ada)
  const { account } = await runtime.as(ada).accounts.createOrganization({ name: 'Limits' })
  const other = await create(ada, { accountIds: [account.id] })
  const same = await create(ada, { accountIds: [ada.user.id] })
  const caller = await useKey({ scopes: ['MANAGE_ACCOUNT'], accountIds: [ada.user.id] })
  const { keys } = runtime.as(caller)
  const listed = (await keys.list(REQUEST)).items.map(({ item }) => item.id)
  expect(listed).toEqual(expect.arrayContaining([caller.keyId, same.apiKey.id]))
  for (const { apiKey } of [wide, other]) {
    expect(listed).not.toContain(apiKey.id)
    expect((await keys.find([apiKey.id])).size).toBe(0)
    await expect(keys.revoke(apiKey.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  }
  expect((await keys.revoke(same.apiKey.id)).id).toBe(same.apiKey.id)
})
