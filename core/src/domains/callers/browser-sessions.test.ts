import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestRuntime, type TestRuntime } from '../../testing/index.ts'
import type { Caller } from '../accounts/index.ts'

const REQUEST = { first: 10, filter: {}, orderBy: { field: 'CREATED_AT', direction: 'DESC' }, countTotal: false } as const
let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime({ role: 'gateway', pluginRoots: [] })
})
afterAll(() => runtime.close())

async function open(): Promise<Caller & Required<Pick<Caller, 'session'>>> {
  const { browserSessions: sessions, callers, ownerId } = runtime
  const opened = await sessions.open((await sessions.createLogin(ownerId)).token)
  const caller = opened && (await callers.ofSession(opened))
  if (!caller?.session) throw new Error('the session was not opened')
  return { ...caller, session: caller.session }
}

function waitForEnd(caller: Caller): Promise<void> {
  return new Promise((resolve) => runtime.callers.onEnd(caller, resolve))
}

it('opens a session that belongs to the user of the login and lasts 14 days', async () => {
  const { user, session } = await open()
  expect(user.id).toBe(runtime.ownerId)
  expect(Math.round((session.expiresAt.getTime() - Date.now()) / 3600_000)).toBe(14 * 24)
})

it('notifies every active subscriber when a session ends', async () => {
  const caller = await open()
  const calls: string[] = []
  runtime.callers.onEnd(caller, () => calls.push('stopped'))()
  const ends = Promise.all([waitForEnd(caller), waitForEnd(caller)])
  await runtime.browserSessions.end(caller.session)
  await ends
  expect(calls).toEqual([])
})

it('notifies immediately if the session ended while the request was being authenticated', async () => {
  const caller = await open()
  const ended = waitForEnd(caller)
  await runtime.browserSessions.end(caller.session)
  await ended
  await waitForEnd(caller)
})

it('notifies when a session expires', async () => {
  const caller = await open()
  await waitForEnd({ ...caller, session: { ...caller.session, expiresAt: new Date(Date.now() + 20) } })
})

it('notifies after a reconnect if the session ended while the connection was lost', async () => {
  const [caller, other] = [await open(), await open()]
  let otherEnded = false
  const stop = runtime.callers.onEnd(other, () => (otherEnded = true))
  const ended = waitForEnd(caller)
  const { pool } = runtime.database
  await pool.query('delete from browser_session where hash = $1', [caller.session.id])
  await pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'ashlar listen' and datname = current_database()`,
  )
  await ended
  expect(otherEnded).toBe(false)
  stop()
})

it('this process refuses a session and a key immediately after their end', async () => {
  const { browserSessions: sessions, callers, apiKeys, ownerId } = runtime
  const limits = { accountIds: null, graphIds: null, expiresAt: null }
  for (let i = 0; i < 25; i++) {
    const opened = await sessions.open((await sessions.createLogin(ownerId)).token)
    const caller = opened && (await callers.ofSession(opened))
    if (!opened || !caller?.session) throw new Error('the session was not opened')
    await sessions.end(caller.session)
    expect(await callers.ofSession(opened)).toBeUndefined()

    const { apiKey, secret } = await apiKeys.create(ownerId, { name: 'CI', scopes: ['EXECUTE'], ...limits })
    expect(await callers.ofKey(secret)).toBeDefined()
    await apiKeys.revoke(ownerId, apiKey.id)
    expect(await callers.ofKey(secret)).toBeUndefined()
  }
})

it('a user lists the sessions, ends one, and ends all others', async () => {
  await runtime.browserSessions.endAll(runtime.ownerId)
  const [current, second, third] = [await open(), await open(), await open()]
  const api = runtime.as(current).sessions
  const list = async () => (await api.list(REQUEST)).items.map(({ item }) => item)
  expect((await list()).map(({ hash }) => hash).toSorted()).toEqual(
    [current, second, third].map(({ session }) => session.id).toSorted(),
  )
  const listed = (await list()).find(({ hash }) => hash === second.session.id)
  const ended = waitForEnd(second)
  expect((await api.end(listed?.id ?? '')).id).toBe(listed?.id)
  await ended
  await expect(api.end(listed?.id ?? '')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  const lastEnded = waitForEnd(third)
  expect(await api.endOthers()).toHaveLength(1)
  await lastEnded
  const left = await list()
  expect(left.map((session) => api.isCurrent(session))).toEqual([true])
  expect((await api.find(left.map(({ id }) => id))).size).toBe(1)
})

it('limited keys and administrators who act as the user cannot manage sessions', async () => {
  const caller = await open()
  for (const limit of [{ accountIds: new Set([runtime.ownerId]) }, { graphIds: new Set<string>() }, { scopes: new Set<never>() }])
    await expect(runtime.as({ ...caller, ...limit }).sessions.list(REQUEST)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await expect(runtime.as({ ...caller, actor: caller.user }).sessions.endOthers()).rejects.toMatchObject({ code: 'FORBIDDEN' })
})
