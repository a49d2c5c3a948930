import { LOGIN_MINUTES, AshlarError, type Caller, type Runtime } from '@ashlar/core'
import { commandBlock, htmlPage } from '../pages/index.ts'
import type { Access } from './authentication.ts'
import type { FailureLimit } from './failure-limit.ts'
import { readRequestOrigin, type Origins } from '../http/origin.ts'
import type { Route } from '../http/routes.ts'
import type { SessionCookie } from './session-cookie.ts'

// A login link is `/login#<token>`. Its page requires no authentication. When the user presses the button, the page
// sends the token with `POST /login`. The response contains the two secrets of a session: one in a cookie, one for the
// page.

interface LoginParts {
  runtime: Pick<Runtime, 'browserSessions'>
  access: Access
  origins: Origins
  cookie: SessionCookie
  /** Limits attempts with invalid login tokens. */
  loginFailures: FailureLimit
  /** Creates a link that logs the user in once. */
  createLink(userId: string): Promise<LoginLink>
  /** The command that prints a login link. */
  loginCommand: string
}

export interface LoginLink {
  url: string
  expiresAt: Date
}

const SIGN_IN = '<p><a href="sign-in">Sign in with e-mail and password</a></p>'

const renderPage = (command: string): string => `
<div data-part="ready" data-title="Log in" hidden>
<p>This browser will be able to see and change everything in this installation.</p>
<p><button id="enter" type="button" autofocus>Log in</button></p>
<p id="failure" role="alert" hidden></p>
</div>
<div data-part="used" data-title="This link cannot be used" role="alert" hidden>
<p>A login link works once and expires after ${LOGIN_MINUTES} minutes. To print a new one, run this command in the directory in which Ashlar was started:</p>
${command}
</div>
<div data-part="how" data-title="Log in" hidden>
<p>To print a login link, run this command in the directory in which Ashlar was started. Then open the link in this browser.</p>
${command}
${SIGN_IN}
</div>
<div data-part="out" data-title="You are logged out" hidden>
<p>To log in again, run this command in the directory in which Ashlar was started. Then open the link that it prints in this browser.</p>
${command}
${SIGN_IN}
</div>`

/**
 * Serves the login page, which changes nothing until the user presses its button.
 *
 * @param loginCommand prints a login link
 */
export function loginPage(loginCommand: string): Route {
  const body = renderPage(commandBlock(loginCommand))
  return () => htmlPage({ title: 'Log in', body, script: 'login.js' })
}

/** Exchanges a login token for a session. */
export function openSession({ runtime, origins, cookie, loginFailures, loginCommand }: LoginParts): Route {
  return async (request, url, address) => {
    const facts = readRequestOrigin((name) => request.headers.get(name), address, url)
    if (origins.isForeign(facts)) throw new AshlarError('FORBIDDEN', 'only the login page may send this request')
    loginFailures.assertBelowLimit(address)
    const session = await runtime.browserSessions.open(request.headers.get('ashlar-login-token') ?? '', {
      userAgent: request.headers.get('user-agent') ?? undefined,
      address,
    })
    if (!session) {
      loginFailures.recordFailure(address)
      throw new AshlarError(
        'UNAUTHENTICATED',
        `this login link has been used, has expired or is unknown; to print a new one, run ${loginCommand}`,
      )
    }
    const { token, pageToken, expiresAt } = session
    return Response.json({ pageToken, expiresAt }, { headers: { 'set-cookie': cookie.set(token, expiresAt) } })
  }
}

/**
 * Rejects a caller who may do less than the user, or for a shorter time: a session may do everything.
 *
 * @throws {AshlarError} FORBIDDEN
 */
function assertUnlimited({ scopes, accountIds, graphIds, expiresAt }: Caller): void {
  if (scopes ?? accountIds ?? graphIds ?? expiresAt)
    throw new AshlarError(
      'FORBIDDEN',
      'a limited key, or a token that expires, cannot create or end sessions: use a session or a key without limits',
    )
}

/** Creates a login link for the user who sends the request. */
export function createLoginLink({ access, createLink }: LoginParts): Route {
  return async (request, url, address) => {
    const caller = await access.identify(readRequestOrigin((name) => request.headers.get(name), address, url))
    assertUnlimited(caller)
    return Response.json(await createLink(caller.user.id))
  }
}

/** Ends the session of the browser. For a caller with a key, ends all sessions of the user. */
export function logOut({ runtime, access, cookie }: LoginParts): Route {
  return async (request, url, address) => {
    try {
      const caller = await access.identify(readRequestOrigin((name) => request.headers.get(name), address, url))
      assertUnlimited(caller)
      const { user, session } = caller
      await (session ? runtime.browserSessions.end(session) : runtime.browserSessions.endAll(user.id))
    } catch (error) {
      // The session has already ended. The browser must still delete the cookie.
      if (!(error instanceof AshlarError) || error.code !== 'UNAUTHENTICATED' || request.headers.has('authorization')) throw error
    }
    return new Response(null, { status: 204, headers: { 'set-cookie': cookie.clear() } })
  }
}
