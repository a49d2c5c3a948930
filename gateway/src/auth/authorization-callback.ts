import { AshlarError, type Credential, type Runtime } from '@ashlar/core'
import { htmlPage, textPage } from '../pages/index.ts'
import type { Access } from './authentication.ts'
import { readRequestOrigin } from '../http/origin.ts'
import type { Route } from '../http/routes.ts'

/** The path to which OAuth services redirect browsers. */
export const CALLBACK_PATH = '/oauth/callback'

const PARAMETERS = ['state', 'code', 'error', 'iss'] as const

interface CallbackParts {
  runtime: Pick<Runtime, 'as' | 'authorizations'>
  access: Access
  /**
   * The URL `http://<name>:<port>` at which browsers log in. Services may redirect browsers to another host name of
   * ours.
   */
  browserUrl(): string | undefined
  /** The command that prints a login link. */
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
 * `GET /oauth/callback?code=…&state=…` responds with a page whose script sends the same parameters with `POST`. The
 * POST finishes the authorization that `startAuthorization` started. The service redirects the browser, so the GET
 * contains neither our session cookie (SameSite=Strict) nor the page token; the POST contains both. The user who is
 * logged in must be the user who started the authorization. Without a session, the request changes nothing and the
 * state stays valid: this protects users who are tricked into granting access for another user's authorization. A GET
 * with an `Authorization` header finishes the authorization immediately.
 */
export function callbackPage(parts: CallbackParts): Route {
  return async (request, url, address) => {
    if (request.method === 'HEAD') return new Response(null)
    if (!request.headers.has('authorization')) return waitingPage(parts, url)
    return textPage({ ...(await finish(parts, request, url, address)), depth: 1 })
  }
}

/** Finishes an authorization. Responds with JSON `{ title, lines, command? }` for the script of the page. */
export function finishAuthorization(parts: CallbackParts): Route {
  return async (request, url, address) => {
    const { status, ...ending } = await finish(parts, request, url, address)
    return Response.json(ending, { status })
  }
}

/** Only a browser that returns from an authorization receives the host name at which browsers log in. */
async function waitingPage({ runtime, browserUrl }: CallbackParts, url: URL): Promise<Response> {
  const state = url.searchParams.get('state')
  const elsewhere = browserUrl()
  const isElsewhere = elsewhere !== undefined && new URL(elsewhere).host !== url.host
  const target = isElsewhere && state && (await runtime.authorizations.isPending(state)) ? elsewhere : ''
  return htmlPage({ title: 'One moment', body: `<p data-elsewhere="${target}">…</p>`, script: 'callback.js', depth: 1 })
}

async function finish(
  { runtime, access, loginCommand }: CallbackParts,
  ...[request, url, address]: Parameters<Route>
): Promise<Ending> {
  try {
    const caller = await access.identify(readRequestOrigin((name) => request.headers.get(name), address, url))
    const answer = Object.fromEntries(PARAMETERS.map((name) => [name, url.searchParams.get(name) ?? undefined]))
    return granted(await runtime.as(caller).credentials.finishAuthorization(answer))
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
