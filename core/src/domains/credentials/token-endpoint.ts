import { z } from 'zod'
import type { HttpClient } from '../../capabilities/index.ts'
import { AshlarError } from '../../base/index.ts'
import { isClientFor, type OAuthClient } from './oauth-client.ts'
import type { OAuth2 } from './oauth-secret.ts'

/** What a token endpoint gives (RFC 6749, 5.1). */
export interface Tokens {
  accessToken: string
  refreshToken: string | undefined
  /** Milliseconds since 1970; undefined when it does not say. */
  expiresAt: number | undefined
  /** undefined: those that were asked for. */
  scopes: string[] | undefined
}

export interface TokenRequest {
  /** Qualified, for messages. */
  provider: string
  auth: OAuth2
  client: OAuthClient
}

/**
 * Asks the token endpoint. What it says is never repeated, since it may hold secrets: only codes that a standard defines are.
 *
 * @param grant `{ grant_type, … }`
 * @throws {AshlarError} AUTHORIZATION_FAILED when it refuses (`details.error` has the code of RFC 6749, 5.2) or answers something else;
 * HTTP_FAILED when another attempt may succeed; HTTP_BLOCKED_ADDRESS HTTP_LIMIT
 */
export async function requestTokens(http: HttpClient, request: TokenRequest, grant: Record<string, string>): Promise<Tokens> {
  const { status, text } = await post(http, request, request.auth.tokenUrl, grant)
  const who = `the token endpoint of ${request.provider}`
  if (status === 429 || status === 408 || status >= 500) throw new AshlarError('HTTP_FAILED', `${who} answered ${status}`)
  const body = parseObject(text)
  const { error } = body
  if (typeof error === 'string') throw refused(who, error)
  if (status >= 300 && status < 400) throw failed(`${who} redirects, which is not followed`)
  if (!isSuccess(status)) throw failed(`${who} answered ${status}`)
  const parsed = tokensSchema.safeParse(body)
  if (parsed.success) return parsed.data
  const [path] = parsed.error.issues.map((issue) => issue.path.join('.'))
  throw failed(`${who} answered ${path ? `a wrong "${path}"` : 'what are no tokens'}`)
}

/** Gives a token back (RFC 7009). @throws {AshlarError} AUTHORIZATION_FAILED HTTP_BLOCKED_ADDRESS HTTP_LIMIT HTTP_FAILED */
export async function revokeToken(
  http: HttpClient,
  request: TokenRequest,
  url: string,
  token: { token: string; token_type_hint: 'refresh_token' | 'access_token' },
): Promise<void> {
  const { status } = await post(http, request, url, token)
  if (!isSuccess(status)) throw failed(`the revocation endpoint of ${request.provider} answered ${status}`)
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

async function post(
  http: HttpClient,
  { provider, auth, client }: TokenRequest,
  url: string,
  fields: Record<string, string>,
): Promise<{ status: number; text: string }> {
  if (!isClientFor(client, url))
    throw failed(`the OAuth client of this installation for ${provider} is not for ${new URL(url).host}`)
  const form = new URLSearchParams(fields)
  const { clientId, clientSecret = '' } = client
  if (auth.clientAuthentication === 'basic') return http.postForm(url, form, { authorization: basicOf(clientId, clientSecret) })
  form.set('client_id', clientId)
  if (auth.clientAuthentication === 'post') form.set('client_secret', clientSecret)
  return http.postForm(url, form)
}

/** Source: RFC 6749, 2.3.1: each half is encoded as in a form first. */
function basicOf(id: string, secret: string): string {
  const encode = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1)
  return `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64')}`
}

const token = z
  .string()
  .min(4)
  .max(16_384)
  .regex(/^[\x21-\x7e]+$/)

const tokensSchema = z
  .object({
    access_token: token,
    token_type: z
      .string()
      .regex(/^bearer$/i)
      .default('bearer'),
    refresh_token: token.nullish(),
    // Some services write numbers as text.
    expires_in: z.union([z.number(), z.string().regex(/^\d+$/)]).nullish(),
    scope: z.string().max(20_000).nullish(),
  })
  .transform(({ access_token, refresh_token, expires_in, scope }): Tokens => ({
    accessToken: access_token,
    refreshToken: refresh_token ?? undefined,
    expiresAt: expires_in == null ? undefined : Date.now() + Math.min(Math.max(Number(expires_in), 0), MAX_LIFE_S) * 1000,
    scopes: scope == null || scope === '' ? undefined : scope.split(/[\s,]+/).filter((each) => each !== ''),
  }))

const MAX_LIFE_S = 10 * 365 * 86_400

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // what is no JSON has none of what is looked for
  }
  return {}
}

/** Codes of RFC 6749 (4.1.2.1, 5.2) and of OpenID Connect, and what large services say in their place. */
const KNOWN_ERRORS = new Set([
  'access_denied',
  'account_selection_required',
  'bad_refresh_token',
  'bad_verification_code',
  'consent_required',
  'incorrect_client_credentials',
  'interaction_required',
  'invalid_client',
  'invalid_grant',
  'invalid_request',
  'invalid_scope',
  'login_required',
  'redirect_uri_mismatch',
  'server_error',
  'temporarily_unavailable',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_response_type',
])

/** What a service says when it refuses, if it is a known code: anything else may be anything. */
export function knownError(error: string): string | undefined {
  return KNOWN_ERRORS.has(error) ? error : undefined
}

function refused(who: string, given: string): AshlarError {
  const error = knownError(given)
  if (error === 'temporarily_unavailable' || error === 'server_error')
    return new AshlarError('HTTP_FAILED', `${who} answered ${error}`)
  return failed(`${who} refused: ${error ?? 'it gives a reason that is not shown'}`, error)
}

function failed(message: string, error?: string): AshlarError {
  return new AshlarError('AUTHORIZATION_FAILED', message, { details: error === undefined ? {} : { error } })
}
