import { AshlarError, type Credential, type Runtime } from '@ashlar/core'
import { htmlPage, textPage } from '../pages/index.ts'
import type { Access } from './access.ts'
import { factsOf } from '../http/origin.ts'
import type { Route } from '../http/routes.ts'

/** Where services send browsers back to. */
export const CALLBACK_PATH = '/oauth/callback'

const KEPT = ['state', 'code', 'error', 'iss'] as const

interface CallbackParts {
  authorizations: Runtime['authorizations']
  access: Access
  /** `http://<name>:<port>` where browsers are logged in, if services send them back to another name of ours. */
  browserUrl(): string | undefined
  /** Prints a login link. */
  loginCommand: string
}

/** The content of the final page. */
interface Ending {
  status: number
  title: string
  lines: readonly string[]
  /** A command that the user runs, below the lines. */
  command?: string
}

const HOW_TO_LOG_IN = [
  'Ashlar adds the credential only for a browser that is logged in.',
  'To print a login link, run this command in the directory in which Ashlar was started. Open the link in this browser, then reload this page.',
]

/**
 * `GET /oauth/callback?code=…&state=…` answers a page whose script sends the same with `POST`, which ends the authorization that
 * `startAuthorization` has begun. The browser comes from the service's page, so the GET has neither the cookie of our login
 * (SameSite=Strict) nor the token of its page; the POST has both. The user who is logged in must be the one who began. Without a login
 * nothing is done, and the state stays good: a person who was lured into granting access to another user's authorization has no
 * login, or another one. A GET with an `Authorization` header ends the authorization at once.
 */
export function callbackPage(parts: CallbackParts): Route {
  return async (request, url, address) => {
    if (request.method === 'HEAD') return new Response(null)
    if (!request.headers.has('authorization')) return waitingPage(parts, url)
    return textPage({ ...(await finish(parts, request, url, address)), depth: 1 })
  }
}

/** Ends an authorization. JSON `{ title, lines, command? }`, for the page's script. */
export function finishAuthorization(parts: CallbackParts): Route {
  return async (request, url, address) => {
    const { status, ...ending } = await finish(parts, request, url, address)
    return Response.json(ending, { status, headers: { 'cache-control': 'no-store' } })
  }
}

/** Only a browser that returns from an authorization receives the host name under which browsers are logged in. */
async function waitingPage({ authorizations, browserUrl }: CallbackParts, url: URL): Promise<Response> {
  const state = url.searchParams.get('state')
  const elsewhere = browserUrl()
  const isElsewhere = elsewhere !== undefined && new URL(elsewhere).host !== url.host
  const target = isElsewhere && state && (await authorizations.isPending(state)) ? elsewhere : ''
  return htmlPage({ title: 'One moment', body: `<p data-elsewhere="${target}">…</p>`, script: 'callback.js', depth: 1 })
}

async function finish(
  { authorizations, access, loginCommand }: CallbackParts,
  ...[request, url, address]: Parameters<Route>
): Promise<Ending> {
  try {
    const { user } = await access.identify(factsOf((name) => request.headers.get(name), address, url))
    const answer = Object.fromEntries(KEPT.map((name) => [name, url.searchParams.get(name) ?? undefined]))
    return granted(await authorizations.finish(user.id, answer))
  } catch (error) {
    if (!(error instanceof AshlarError)) throw error
    const { status, code, message } = error
    if (code === 'UNAUTHENTICATED') return { status, title: 'You are not logged in', lines: HOW_TO_LOG_IN, command: loginCommand }
    return { status, title: 'No access was granted', lines: [`${code}: ${message}`] }
  }
}

function granted({ name, provider }: Credential): Ending {
  return {
    status: 200,
    title: 'Access granted',
    lines: [`The credential "${name}" for ${provider} is ready. You can close this page.`],
  }
}
