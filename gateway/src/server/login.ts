import { GRAPHQL_PATH, type Route } from './routes.ts'
import { createSession, isSameSecret, sessionCookie } from './session.ts'

const WRONG_KEY = `This link does not fit this server.
Open the link that "ashlar start" printed, or make one: http://<this address>/login?key=<what the file owner-key in the data directory holds>
`

/** `/login?key=…` makes the browser that opens it the owner's. */
export function loginRoute(ownerKey: string): Route {
  return (_request, url) => {
    const headers = { 'cache-control': 'no-store' }
    if (!isSameSecret(url.searchParams.get('key') ?? '', ownerKey)) return new Response(WRONG_KEY, { status: 401, headers })
    const session = sessionCookie(createSession(ownerKey))
    return new Response(null, { status: 303, headers: { ...headers, location: GRAPHQL_PATH, 'set-cookie': session } })
  }
}
