import { expect, it } from 'vitest'
import { createSessionCookie, findSessionToken } from './session-cookie.ts'

const EXPIRES = new Date(Date.UTC(2026, 0, 1))

it('cannot be used by scripts or other sites', () => {
  const { set, clear } = createSessionCookie(false)
  expect(set('a-1', EXPIRES)).toBe('ashlar_session=a-1; HttpOnly; SameSite=Strict; Path=/; Expires=Thu, 01 Jan 2026 00:00:00 GMT')
  expect(clear()).toBe('ashlar_session=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0')
})

it('is Secure and bound to its host when browsers use https', () => {
  const { set, clear } = createSessionCookie(true)
  expect(set('a-1', EXPIRES)).toBe(
    '__Host-ashlar_session=a-1; HttpOnly; SameSite=Strict; Path=/; Secure; Expires=Thu, 01 Jan 2026 00:00:00 GMT',
  )
  expect(clear()).toBe('__Host-ashlar_session=; HttpOnly; SameSite=Strict; Path=/; Secure; Max-Age=0')
})

it('is found among other cookies', () => {
  expect(findSessionToken('a=1; ashlar_session=1.a; b=2', 'ashlar_session')).toBe('1.a')
  expect(findSessionToken('xashlar_session=1.a; __Host-ashlar_session=2', 'ashlar_session')).toBeUndefined()
  expect(findSessionToken('', 'ashlar_session')).toBeUndefined()
})
