import { expect, it } from 'vitest'
import { createSession, findSession, isSession, sessionCookie } from './session.ts'

const KEY = 'owner-key'
const NOW = Date.UTC(2026, 0, 1)
const DAY_MS = 24 * 3600 * 1000

it('is good for 30 days', () => {
  const token = createSession(KEY, NOW)
  expect(isSession(token, KEY, NOW)).toBe(true)
  expect(isSession(token, KEY, NOW + 30 * DAY_MS - 1)).toBe(true)
  expect(isSession(token, KEY, NOW + 30 * DAY_MS)).toBe(false)
})

it('is not the key, and holds none of it', () => {
  expect(createSession(KEY, NOW)).toMatch(/^\d{10}\.[\w-]{43}$/)
  expect(createSession(KEY, NOW)).not.toContain(KEY)
})

it('is refused when it was made with another key, changed, or is no token', () => {
  const [expires, signature] = createSession(KEY, NOW).split('.')
  const bad = [
    createSession('other', NOW),
    `${Number(expires) + 1}.${signature}`,
    `${expires}.`,
    `.${signature}`,
    `${expires}`,
    '',
    '.',
    KEY,
  ]
  for (const token of bad) expect(isSession(token, KEY, NOW)).toBe(false)
})

it('comes in a cookie that no script and no other site can use', () => {
  expect(sessionCookie('1.a')).toBe('ashlar_session=1.a; HttpOnly; SameSite=Strict; Path=/; Max-Age=2592000')
})

it('is found among other cookies', () => {
  expect(findSession('a=1; ashlar_session=1.a; b=2')).toBe('1.a')
  expect(findSession('xashlar_session=1.a')).toBeUndefined()
  expect(findSession('')).toBeUndefined()
})
