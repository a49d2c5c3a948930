import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

// A session is a token `<expires>.<signature>`: seconds since 1970, and their HMAC-SHA-256 under a key made from the
// owner key. Nothing is stored: a new owner key ends every session, and the cookie does not tell the key.

const SESSION_COOKIE = 'ashlar_session'
const LIFETIME_S = 30 * 24 * 3600

/** A token for the owner's browser, good for 30 days. */
export function createSession(ownerKey: string, now = Date.now()): string {
  const expires = String(Math.floor(now / 1000) + LIFETIME_S)
  return `${expires}.${signatureOf(expires, ownerKey)}`
}

/** Whether the token was made with this owner key and has not expired. */
export function isSession(token: string, ownerKey: string, now = Date.now()): boolean {
  const [expires = '', signature = ''] = token.split('.', 2)
  return isSameSecret(signature, signatureOf(expires, ownerKey)) && Number(expires) * 1000 > now
}

/** The header that makes a browser keep the session. */
export function sessionCookie(token: string): string {
  return `${SESSION_COOKIE}=${token}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${LIFETIME_S}`
}

/** The token in a `Cookie` header. */
export function findSession(cookies: string): string | undefined {
  for (const cookie of cookies.split(';')) {
    const [name, value] = cookie.split('=', 2)
    if (name?.trim() === SESSION_COOKIE) return value?.trim()
  }
  return undefined
}

/** Compares in a time that does not tell where the first difference is, nor how long the secret is. */
export function isSameSecret(given: string, secret: string): boolean {
  return timingSafeEqual(digestOf(given), digestOf(secret))
}

function signatureOf(expires: string, ownerKey: string): string {
  return createHmac('sha256', ownerKey).update(`ashlar session ${expires}`).digest('base64url')
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
