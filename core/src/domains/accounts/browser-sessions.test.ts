import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestRuntime, type TestRuntime } from '../../testing/index.ts'
import type { BrowserSession } from './session-ends.ts'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime({ role: 'gateway', pluginRoots: [] })
})
afterAll(() => runtime.close())

async function open(): Promise<BrowserSession> {
  const { browserSessions: sessions, ownerId } = runtime
  const opened = await sessions.open((await sessions.createLogin(ownerId)).token)
  const session = opened && (await sessions.find(opened))
  if (!session) throw new Error('the session was not opened')
  return session
}

function waitForEnd(session: BrowserSession): Promise<void> {
  return new Promise((resolve) => runtime.browserSessions.onEnd(session, resolve))
}

it('opens a session that belongs to the user of the login and lasts 14 days', async () => {
  const { user, expiresAt } = await open()
  expect(user.id).toBe(runtime.ownerId)
  expect(Math.round((expiresAt.getTime() - Date.now()) / 3600_000)).toBe(14 * 24)
})

it('notifies every active subscriber when a session ends', async () => {
  const session = await open()
  const calls: string[] = []
  runtime.browserSessions.onEnd(session, () => calls.push('stopped'))()
  const ends = Promise.all([waitForEnd(session), waitForEnd(session)])
  await runtime.browserSessions.end(session)
  await ends
  expect(calls).toEqual([])
})

it('notifies immediately if the session ended while the request was being authenticated', async () => {
  const session = await open()
  const ended = waitForEnd(session)
  await runtime.browserSessions.end(session)
  await ended
  await waitForEnd(session)
})

it('notifies when a session expires', async () => {
  const session = await open()
  await waitForEnd({ ...session, expiresAt: new Date(Date.now() + 20) })
})

it('notifies after a reconnect if the session ended while the connection was lost', async () => {
  const [session, other] = [await open(), await open()]
  let otherEnded = false
  const stop = runtime.browserSessions.onEnd(other, () => (otherEnded = true))
  const ended = waitForEnd(session)
  const { pool } = runtime.database
  await pool.query('delete from browser_session where hash = $1', [session.id])
  await pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'ashlar listen' and datname = current_database()`,
  )
  await ended
  expect(otherEnded).toBe(false)
  stop()
})
