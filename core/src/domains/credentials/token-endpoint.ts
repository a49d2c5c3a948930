import { z } from 'zod'
import type { HttpClient } from '../../capabilities/index.ts'
import { AshlarError } from '../../base/index.ts'
import { isClientFor, type OAuthClient } from './oauth-client.ts'
import type { OAuth2 } from './oauth-secret.ts'

/** The successful response of a token endpoint. Source: RFC 6749, 5.1. */
export interface Tokens {
  accessToken: string
  refreshToken: string | undefined
  /** Milliseconds since 1970; undefined if the response has no expiry. */
  expiresAt: number | undefined
  /** undefined means the requested scopes. */
  scopes: string[] | undefined
}

export interface TokenRequest {
  /** Qualified, for messages. */
  provider: string
  auth: OAuth2
  client: OAuthClient
}

/*
 * This is not a library, because services deviate from RFC 6749. `oauth4webapi` 3.8 rejects an error with status 200
 * (GitHub), a response without `token_type`, `null` values, an ID token of an issuer that is not configured, and status
 * 201. It also encodes `-` and `.` in Basic credentials, which some services do not decode, and its errors contain the
 * response, which may hold secrets.
 */

/**
 * Requests tokens. Error messages contain only known error codes of the response, because the response may hold
 * secrets.
 *
 * @param grant `{ grant_type, … }`
 * @throws {AshlarError} AUTHORIZATION_FAILED when the endpoint rejects the request (`details.error` has the code of RFC
 * 6749, 5.2) or returns an invalid response; HTTP_FAILED when another attempt may succeed; HTTP_BLOCKED_ADDRESS
 * HTTP_LIMIT
 */
export async function requestTokens(http: HttpClient, request: TokenRequest, grant: Record<string, string>): Promise<Tokens> {
  const { status, text } = await post(http, request, request.auth.tokenUrl, grant)
  const endpoint = `the token endpoint of ${request.provider}`
  if (status === 429 || status === 408 || status >= 500)
    throw new AshlarError('HTTP_FAILED', `${endpoint} responded with status ${status}`)
  const body = parseObject(text)
  const { error } = body
  if (typeof error === 'string') throw rejected(endpoint, error)
  if (status >= 300 && status < 400) throw failed(`${endpoint} responded with a redirect, which Ashlar does not follow`)
  if (!isSuccess(status)) throw failed(`${endpoint} responded with status ${status}`)
  const parsed = tokensSchema.safeParse(body)
  if (parsed.success) return parsed.data
  const [path] = parsed.error.issues.map((issue) => issue.path.join('.'))
  throw failed(`${endpoint} returned ${path ? `an invalid "${path}"` : 'an invalid response'}`)
}

/**
 * Revokes a token. Source: RFC 7009.
 *
 * @throws {AshlarError} AUTHORIZATION_FAILED HTTP_BLOCKED_ADDRESS HTTP_LIMIT HTTP_FAILED
 */
export async function revokeToken(
  http: HttpClient,
  request: TokenRequest,
  url: string,
  token: { token: string; token_type_hint: 'refresh_token' | 'access_token' },
): Promise<void> {
  const { status } = await post(http, request, url, token)
  if (!isSuccess(status)) throw failed(`the revocation endpoint of ${request.provider} responded with status ${status}`)
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
    throw failed(
      `the OAuth client of this installation for ${provider} must not be used at ${new URL(url).host}; see "hosts" in ASHLAR_OAUTH_CLIENTS`,
    )
  const form = new URLSearchParams(fields)
  const { clientId, clientSecret = '' } = client
  if (auth.clientAuthentication === 'basic')
    return http.postForm(url, form, { authorization: encodeBasic(clientId, clientSecret) })
  form.set('client_id', clientId)
  if (auth.clientAuthentication === 'post') form.set('client_secret', clientSecret)
  return http.postForm(url, form)
}

/** The id and the secret are form-encoded before base64. Source: RFC 6749, 2.3.1. */
function encodeBasic(id: string, secret: string): string {
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
    // Some services send the number as text.
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
    // a response that is not JSON is treated as an empty object
  }
  return {}
}

/** Error codes of RFC 6749 (4.1.2.1, 5.2), of OpenID Connect and of large services. */
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

/** Describes an error code that is not known. */
export const UNKNOWN_REASON = 'the reason is not a known error code and is not shown'

/** Returns a known error code, or undefined for any other text, which may hold secrets. */
export function toKnownError(error: string): string | undefined {
  return KNOWN_ERRORS.has(error) ? error : undefined
}

function rejected(endpoint: string, code: string): AshlarError {
  const error = toKnownError(code)
  if (error === 'temporarily_unavailable' || error === 'server_error')
    return new AshlarError('HTTP_FAILED', `${endpoint} responded with the error ${error}`)
  return failed(`${endpoint} rejected the request: ${error ?? UNKNOWN_REASON}`, error)
}

function failed(message: string, error?: string): AshlarError {
  return new AshlarError('AUTHORIZATION_FAILED', message, { details: error === undefined ? {} : { error } })
}
