import { AshlarError, type Credential, type Runtime } from '@ashlar/core'
import type { Access } from './access.ts'
import { factsOf } from './origin.ts'
import type { Route } from './routes.ts'

/** Where services send browsers back to. */
export const CALLBACK_PATH = '/oauth/callback'

/** Set when the browser comes from our own page. */
const RETURNED = 'returned'
const KEPT = ['state', 'code', 'error', 'iss'] as const

/**
 * `/oauth/callback?code=…&state=…` ends an authorization that `startAuthorization` has begun.
 *
 * The browser comes from the service's page, so it does not send the cookie of our login (SameSite=Strict). The first answer
 * is therefore a page that opens the same address once more, now from ours. Only then is it looked who is logged in: it has to be the
 * user who began. Without a login nothing is done, and the state stays good: whoever is lured into granting access to somebody
 * else's authorization has no login, or another one.
 */
export function callbackRoute(authorizations: Runtime['authorizations'], access: Access): Route {
  return async (request, url) => {
    if (request.method === 'HEAD') return new Response(null)
    const facts = factsOf((name) => request.headers.get(name), url)
    const given = url.searchParams
    if (facts.authorization === undefined && !given.has(RETURNED)) return page(200, 'One moment', ['…'], addressAgain(given))
    try {
      const user = await access.identify(facts)
      const answer = Object.fromEntries(KEPT.map((name) => [name, given.get(name) ?? undefined]))
      return done(await authorizations.finish(user.id, answer))
    } catch (error) {
      if (!(error instanceof AshlarError)) throw error
      const next = error.code === 'UNAUTHENTICATED' ? ['When you are logged in, reload this page.'] : []
      return page(error.status, 'No access was granted', [`${error.code}: ${error.message}`, ...next])
    }
  }
}

function done({ name, provider }: Credential): Response {
  return page(200, 'Access granted', [`The credential "${name}" for ${provider} is ready. You can close this page.`])
}

/** The same address, with no more than is used; relative, so that it leads nowhere else. */
function addressAgain(given: URLSearchParams): string {
  const again = new URLSearchParams({ [RETURNED]: '1' })
  for (const name of KEPT) {
    const value = given.get(name)
    if (value !== null) again.set(name, value)
  }
  return `?${again}`
}

function page(status: number, title: string, lines: readonly string[], opensNext?: string): Response {
  const refresh = opensNext === undefined ? '' : `<meta http-equiv="refresh" content="0; url=${escaped(opensNext)}">`
  const text = lines.map((line) => `<p>${escaped(line)}</p>`).join('')
  const html = `<!doctype html><html lang="en"><meta charset="utf-8">${refresh}<title>${escaped(title)}</title><h1>${escaped(title)}</h1>${text}</html>\n`
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': `default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  }
  return new Response(html, { status, headers })
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}
