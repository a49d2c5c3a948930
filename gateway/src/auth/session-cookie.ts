/** The cookie that holds the token of a session. */
export interface SessionCookie {
  name: string
  /** Whether browsers reach the server only over https. */
  isSecure: boolean
  /** The `Set-Cookie` header that sets the cookie. */
  set(token: string, expiresAt: Date): string
  /** The `Set-Cookie` header that deletes the cookie. */
  clear(): string
}

/**
 * @param isSecure whether browsers reach us only over https. They then never send the cookie in clear text, and its
 * prefix makes browsers reject a cookie that another host of the domain has set. Source: RFC 6265bis, 4.1.3.2
 */
export function createSessionCookie(isSecure: boolean): SessionCookie {
  const name = isSecure ? '__Host-ashlar_session' : 'ashlar_session'
  const attributes = `HttpOnly; SameSite=Strict; Path=/${isSecure ? '; Secure' : ''}`
  return {
    name,
    isSecure,
    set: (token, expiresAt) => `${name}=${token}; ${attributes}; Expires=${expiresAt.toUTCString()}`,
    clear: () => `${name}=; ${attributes}; Max-Age=0`,
  }
}

/** Returns the token in a `Cookie` header. */
export function findSessionToken(cookies: string, cookieName: string): string | undefined {
  for (const cookie of cookies.split(';')) {
    const [name, value] = cookie.split('=', 2)
    if (name?.trim() === cookieName) return value?.trim()
  }
  return undefined
}
