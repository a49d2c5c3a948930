import { AshlarError, type Runtime, type SignUpPolicy } from '@ashlar/core'
import { z } from 'zod'
import { readRequestOrigin, type Origins } from '../../http/origin.ts'
import type { Route } from '../../http/routes.ts'
import type { FailureLimit } from '../failure-limit.ts'
import type { SessionCookie } from '../session-cookie.ts'
import type { SendMail } from './mail.ts'
import { readFields } from './read-fields.ts'

// The pages of signing in send these POST requests. GET requests change nothing.

export interface SignInParts {
  runtime: Pick<Runtime, 'signIn'>
  origins: Origins
  cookie: SessionCookie
  /** Limits attempts by the address of the client and by e-mail address. */
  signInAttempts: FailureLimit
  /** The URL at which browsers reach the server; undefined before the server listens. */
  browserUrl(): string | undefined
  signUpPolicy: SignUpPolicy
  /** Undefined when the server sends no mail. */
  sendMail: SendMail | undefined
}

type Handler<S extends z.ZodType> = (fields: z.output<S>, request: Request, address: string) => Promise<Response>

const email = z.string().max(254)
const password = z.string().max(1024)

/** The routes for POST, by path. */
export function signInActions(parts: SignInParts): [string, Route][] {
  const { runtime, cookie, sendMail, browserUrl } = parts
  const { signIn } = runtime
  const send: SendMail = (mail) => sendMail?.(mail, browserUrl() ?? '')
  const openSession: Handler<typeof credentials> = async (fields, request, address) => {
    const userAgent = request.headers.get('user-agent') ?? undefined
    const session = await signIn.open(fields, { userAgent, address })
    if (!session) throw new AshlarError('UNAUTHENTICATED', 'the e-mail address or the password is wrong')
    const { token, pageToken, expiresAt } = session
    return Response.json({ pageToken, expiresAt }, { headers: { 'set-cookie': cookie.set(token, expiresAt) } })
  }
  return [
    ['/sign-in', action(parts, credentials, openSession)],
    [
      '/sign-up',
      action(parts, z.object({ email, invitation }), async (fields) => {
        if (!sendMail) throw noMail()
        send(await signIn.requestSignUp(parts.signUpPolicy, fields), '')
        return accepted()
      }),
    ],
    [
      '/sign-up/invited',
      action(parts, z.object({ email, name: z.string(), password, invitation: z.string() }), async (fields) => {
        if (sendMail) throw new AshlarError('FORBIDDEN', 'this server verifies e-mail addresses: send only the address first')
        await signIn.signUpInvited(parts.signUpPolicy, fields)
        return accepted()
      }),
    ],
    [
      '/sign-up/complete',
      action(parts, z.object({ token: z.string(), name: z.string(), password }), async ({ token, ...user }) => {
        await signIn.completeSignUp(token, user)
        return accepted()
      }),
    ],
    [
      '/reset',
      action(parts, z.object({ email }), async (fields) => {
        if (!sendMail) throw noMail()
        const mail = await signIn.requestReset(fields.email)
        if (mail) send(mail, '')
        return accepted()
      }),
    ],
    [
      '/reset/complete',
      action(parts, z.object({ token: z.string(), password }), async (fields) => {
        await signIn.completeReset(fields.token, fields.password)
        return accepted()
      }),
    ],
  ]
}

const credentials = z.object({ email, password })
const invitation = z.string().optional()

/**
 * Handles a request of our pages. Every attempt counts, before it is made: otherwise, many concurrent attempts would
 * begin before the first one fails.
 */
function action<S extends z.ZodType>({ origins, signInAttempts }: SignInParts, schema: S, handle: Handler<S>): Route {
  return async (request, url, address) => {
    const facts = readRequestOrigin((name) => request.headers.get(name), address, url)
    if (origins.isForeign(facts)) throw new AshlarError('FORBIDDEN', 'only the pages of this server may send this request')
    const fields = await readFields(request, schema)
    count(signInAttempts, address)
    const named = typeof fields === 'object' && fields !== null && 'email' in fields ? String(fields.email) : ''
    if (named !== '') count(signInAttempts, named.trim().toLowerCase())
    return handle(fields, request, address)
  }
}

function count(attempts: FailureLimit, key: string): void {
  attempts.assertBelowLimit(key)
  attempts.recordFailure(key)
}

/** The same answer whether a user has the address or not. */
function accepted(): Response {
  return Response.json({ accepted: true }, { status: 202 })
}

function noMail(): AshlarError {
  return new AshlarError('FORBIDDEN', 'this server sends no mail: ask its administrator for a link')
}
