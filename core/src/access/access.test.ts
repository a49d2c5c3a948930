import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AccountRole, ApiKeyScope, Caller } from '../domains/accounts/index.ts'
import { createTestRuntime, type TestRuntime } from '../testing/test-runtime.ts'
import type { CallerApi } from './index.ts'

let runtime: TestRuntime
let ada: Caller
let bob: Caller
beforeAll(async () => {
  runtime = await createTestRuntime({ standby: true })
  ;[ada, bob] = await Promise.all([createCaller('Ada'), createCaller('Bob')])
})
afterAll(() => runtime.close())

const REQUEST = { first: 100, orderBy: { field: 'CREATED_AT', direction: 'ASC' }, filter: {}, countTotal: true } as const
const DOCUMENT = { nodes: [{ id: 'a', block: 'io/input', inputs: { name: 'a' } }] }
const NOT_FOUND = { code: 'NOT_FOUND' }
const FORBIDDEN = { code: 'FORBIDDEN' }

async function createCaller(name: string): Promise<Caller> {
  return runtime.callers.ofUser(await runtime.users.create(name))
}

/** Returns a new organization of Ada, and Bob as a caller with a role in it. */
async function organize(role?: AccountRole): Promise<{ accountId: string; owner: Caller; member: Caller }> {
  const { account } = await runtime.accounts.createOrganization(ada.user.id, { name: 'Acme' })
  if (role) {
    const { token } = await runtime.accounts.invite(ada.user.id, account.id, { role })
    await runtime.accounts.acceptInvitation(bob.user.id, token)
  }
  const [owner, member] = await Promise.all([runtime.callers.ofUser(ada.user), runtime.callers.ofUser(bob.user)])
  return { accountId: account.id, owner, member }
}

const as = (caller: Caller): CallerApi => runtime.as(caller)
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'OK',
    (error: { code?: string }) => error.code,
  )

describe('an object of an organization', () => {
  it('is created in the account of the request, by default in the personal account', async () => {
    const { accountId, owner } = await organize()
    const { graphs } = as(owner)
    const shared = await graphs.create({ name: 'shared', document: DOCUMENT, accountId })
    const own = await graphs.create({ name: 'own', document: DOCUMENT })
    expect([shared.ownerId, own.ownerId]).toEqual([accountId, ada.user.id])
    expect((await graphs.list({ ...REQUEST, accountId })).items.map(({ item }) => item.name)).toEqual(['shared'])
    expect(new Set((await graphs.find([shared.id, own.id])).keys())).toEqual(new Set([shared.id, own.id]))
  })

  it.each([
    ['VIEWER', ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'OK']],
    ['EDITOR', ['OK', 'OK', 'OK', 'OK', 'OK']],
  ] as const)('is changed, run and read as the role %s allows', async (role, expected) => {
    const { accountId, owner, member } = await organize(role)
    const graph = await as(owner).graphs.create({ name: 'shared', document: DOCUMENT, accountId })
    const { id } = await as(owner).executions.start({ graphId: graph.id, inputs: { a: 1 } })
    const { graphs, executions, credentials } = as(member)
    const secret = { type: 'HOST_SCOPED', headers: { authorization: 'secret' } }
    expect([
      await codeOf(graphs.update(graph.id, { name: 'changed' })),
      await codeOf(executions.start({ graphId: graph.id, inputs: { a: 1 } })),
      await codeOf(credentials.add({ provider: 'http/host', name: randomUUID(), secret, hosts: ['a.example'], accountId })),
      await codeOf(executions.cancel(id)),
      await codeOf(graphs.export(graph.id, {})),
    ]).toEqual(expected)
    expect((await executions.find([id])).size).toBe(1)
  })

  it('is started once for each user who chooses the same idempotency key', async () => {
    const { accountId, owner, member } = await organize('EDITOR')
    const graph = await as(owner).graphs.create({ name: 'shared', document: DOCUMENT, accountId })
    const start = async (caller: Caller, a: number) =>
      (await as(caller).executions.start({ graphId: graph.id, inputs: { a }, idempotencyKey: 'today' })).id
    const first = await start(owner, 1)
    expect(await start(member, 2)).not.toBe(first)
    expect(await start(owner, 1)).toBe(first)
    await expect(start(owner, 2)).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('does not exist for a user who is not a member', async () => {
    const { accountId, owner } = await organize()
    const graph = await as(owner).graphs.create({ name: 'shared', document: DOCUMENT, accountId })
    const { id } = await as(owner).executions.start({ graphId: graph.id, inputs: { a: 1 } })
    const { graphs, executions } = as(bob)
    const unknown = randomUUID()
    const answers = async (graphId: string, executionId: string) => [
      [...(await graphs.find([graphId])).values(), ...(await executions.find([executionId])).values()],
      ...(await Promise.all(
        [
          graphs.update(graphId, { name: 'x' }),
          graphs.delete([graphId]),
          graphs.fork(graphId, {}),
          graphs.diffVersions(graphId, graphId),
          executions.start({ graphId, inputs: {} }),
          executions.cancel(executionId),
          executions.retry(executionId),
          executions.diff(executionId, executionId),
          graphs.transfer(graphId, bob.user.id),
        ].map((work) => work.catch((error: unknown) => error)),
      )),
    ]
    expect(await answers(graph.id, id)).toEqual(await answers(unknown, unknown))
    await expect(graphs.list({ ...REQUEST, accountId })).rejects.toMatchObject(NOT_FOUND)
    await expect(graphs.create({ name: 'x', document: DOCUMENT, accountId })).rejects.toMatchObject(NOT_FOUND)
  })

  it('is created only in accounts of which the caller is a member', async () => {
    const { graphs } = as(bob)
    for (const accountId of [ada.user.id, randomUUID()])
      await expect(graphs.create({ name: 'x', document: DOCUMENT, accountId })).rejects.toMatchObject(NOT_FOUND)
  })
})

describe('a key', () => {
  const limit = (caller: Caller, ...scopes: ApiKeyScope[]): Caller => ({ ...caller, scopes: new Set(scopes) })

  it('needs the scope of each operation', async () => {
    const graph = await as(ada).graphs.create({ name: 'own', document: DOCUMENT })
    const start = (caller: Caller) => codeOf(as(caller).executions.start({ graphId: graph.id, inputs: { a: 1 } }))
    expect(await start(limit(ada, 'EXECUTE'))).toBe('OK')
    expect(await start(limit(ada, 'READ_GRAPHS', 'WRITE_GRAPHS', 'READ_EXECUTIONS', 'ADMIN'))).toBe('FORBIDDEN')
    expect(await codeOf(as(limit(ada, 'EXECUTE')).graphs.find([graph.id]))).toBe('FORBIDDEN')
    expect(await codeOf(as(limit(ada, 'READ_GRAPHS')).graphs.update(graph.id, { name: 'x' }))).toBe('FORBIDDEN')
  })

  it('that is limited to graphs reaches only these and their executions', async () => {
    const [graph, other] = await Promise.all(['own', 'other'].map((name) => as(ada).graphs.create({ name, document: DOCUMENT })))
    if (!graph || !other) throw new Error('no graphs')
    const limited = as({ ...ada, graphIds: new Set([graph.id]) })
    const [own, foreign] = await Promise.all(
      [graph, other].map(({ id }) => as(ada).executions.start({ graphId: id, inputs: { a: 1 } })),
    )
    if (!own || !foreign) throw new Error('no executions')
    expect([...(await limited.graphs.find([graph.id, other.id])).keys()]).toEqual([graph.id])
    expect((await limited.graphs.list(REQUEST)).items.map(({ item }) => item.id)).toEqual([graph.id])
    expect((await limited.executions.list(REQUEST)).items.map(({ item }) => item.id)).toEqual([own.id])
    const ids = [own.id, foreign.id]
    expect([...(await limited.executions.findValues('inputs', ids)).keys()]).toEqual([own.id])
    await expect(limited.executions.start({ graphId: other.id, inputs: {} })).rejects.toMatchObject(NOT_FOUND)
    await expect(limited.executions.cancel(foreign.id)).rejects.toMatchObject(NOT_FOUND)
    await expect(limited.executions.follow(foreign.id, 0)).rejects.toMatchObject(NOT_FOUND)
    await expect(limited.executions.runBlock({ block: 'text/template', inputs: {} })).rejects.toMatchObject(FORBIDDEN)
    await expect(limited.graphs.saveVersion(graph.id, 1, DOCUMENT)).rejects.toMatchObject(FORBIDDEN)
  })

  it('that is limited to one account uses it by default', async () => {
    const { accountId, owner } = await organize()
    const limited: Caller = { ...owner, roles: new Map([[accountId, 'OWNER']]), accountIds: new Set([accountId]) }
    expect((await as(limited).graphs.create({ name: 'x', document: DOCUMENT })).ownerId).toBe(accountId)
    await expect(as(limited).accounts.createOrganization({ name: 'x' })).rejects.toMatchObject(FORBIDDEN)
    const { items } = await as(limited).accounts.list({ ...REQUEST, orderBy: { field: 'JOINED_AT', direction: 'ASC' } })
    expect(items.map(({ item }) => item.account.id)).toEqual([accountId])
  })
})

describe('the transfer of a graph', () => {
  const runs = (graphId: string) => ({
    nodes: [{ id: 'run', block: 'io/graph', inputs: { graph_id: graphId, inputs: { a: 1 } } }],
  })

  it('moves the graph and the graphs that it runs, and keeps its executions', async () => {
    const { accountId, owner } = await organize()
    const { graphs, executions } = as(owner)
    const inner = await graphs.create({ name: 'inner', document: DOCUMENT })
    const outer = await graphs.create({ name: 'outer', document: runs(inner.id) })
    const { id } = await executions.start({ graphId: outer.id, inputs: {} })
    const moved = await graphs.transfer(outer.id, accountId)
    expect(moved.map(({ name, ownerId }) => [name, ownerId])).toEqual([
      ['outer', accountId],
      ['inner', accountId],
    ])
    expect((await executions.find([id])).get(id)?.ownerId).toBe(ada.user.id)
    expect((await executions.start({ graphId: outer.id, inputs: {} })).ownerId).toBe(accountId)
    expect((await graphs.saveVersion(outer.id, 1, runs(inner.id))).version.ownerId).toBe(accountId)
  })

  it('is rejected while a graph that stays runs it', async () => {
    const { accountId, owner } = await organize()
    const { graphs } = as(owner)
    const inner = await graphs.create({ name: 'inner', document: DOCUMENT })
    await graphs.create({ name: 'outer', document: runs(inner.id) })
    await expect(graphs.transfer(inner.id, accountId)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(/"outer" runs "inner"/),
    })
    expect((await graphs.find([inner.id])).get(inner.id)?.ownerId).toBe(ada.user.id)
  })

  it('requires the role ADMIN in both accounts', async () => {
    const { accountId, owner, member } = await organize('EDITOR')
    const own = await as(member).graphs.create({ name: 'own', document: DOCUMENT })
    const shared = await as(owner).graphs.create({ name: 'shared', document: DOCUMENT, accountId })
    await expect(as(member).graphs.transfer(own.id, accountId)).rejects.toMatchObject(FORBIDDEN)
    await expect(as(member).graphs.transfer(shared.id, bob.user.id)).rejects.toMatchObject(FORBIDDEN)
    await expect(as(owner).graphs.transfer(shared.id, bob.user.id)).rejects.toMatchObject(NOT_FOUND)
    await expect(as(owner).graphs.transfer(shared.id, accountId)).rejects.toMatchObject({ code: 'BAD_INPUT' })
  })
})
