/**
 * How Ashlar obtains access to a user's data at a service, by OAuth 2 with an authorization code: see {@link oauth2}.
 */
export interface OAuth2 {
  readonly type: 'OAUTH2'
  /** The page on which the user grants access. */
  readonly authorizationUrl: string
  /** The endpoint that exchanges codes and refresh tokens for access tokens. */
  readonly tokenUrl: string
  /** The endpoint that revokes tokens (RFC 7009) when the credential is deleted. */
  readonly revocationUrl?: string
  /** All scopes that Ashlar may request, with a description for users: `{ repo: 'Read and write repositories' }`. */
  readonly scopes: Readonly<Record<string, string>>
  /** The scopes that Ashlar requests unless the user chooses others. */
  readonly defaultScopes: readonly string[]
  /** Sends a code challenge, S256 (RFC 7636). */
  readonly pkce: boolean
  /**
   * How the client authenticates at the token endpoint: in a header, in the body, or with its id only (RFC 6749,
   * 2.3.1).
   */
  readonly clientAuthentication: 'basic' | 'post' | 'none'
  /** Query parameters to add to the authorization URL: `{ access_type: 'offline' }`. */
  readonly extraAuthorizationParameters: Readonly<Record<string, string>>
  /** The header that contains the access token, as in `apiKey`. */
  readonly header: string
  /** The value of the header: `Bearer {key}`. */
  readonly format: string
}

type WithDefault = 'defaultScopes' | 'pkce' | 'clientAuthentication' | 'extraAuthorizationParameters' | 'header' | 'format'

/** The argument of {@link oauth2}. Members with a default are optional. */
export type OAuth2Definition = Omit<OAuth2, 'type' | WithDefault> & Partial<Pick<OAuth2, WithDefault>>

/**
 * Declares access that a user grants at the service:
 * `oauth2({ authorizationUrl, tokenUrl, scopes: { repo: 'Repositories' } })`. By default the access token is sent as
 * `Authorization: Bearer …`, all scopes are optional, PKCE is used, and the client authenticates with HTTP Basic.
 *
 * @throws {TypeError} when a default scope is not in `scopes`, or the format lacks `{key}`
 */
export function oauth2(definition: OAuth2Definition): OAuth2 {
  const { header = 'authorization', defaultScopes = [], scopes } = definition
  const { format = header.toLowerCase() === 'authorization' ? 'Bearer {key}' : '{key}' } = definition
  const unknown = defaultScopes.find((scope) => !Object.hasOwn(scopes, scope))
  if (unknown !== undefined)
    throw new TypeError(`the default scope ${JSON.stringify(unknown)} must be one of ${Object.keys(scopes).join(', ')}`)
  if (!format.includes('{key}'))
    throw new TypeError(`the format of header ${header} must contain {key}, got ${JSON.stringify(format)}`)
  const defaults = { pkce: true, clientAuthentication: 'basic', extraAuthorizationParameters: {} } as const
  return { ...defaults, ...definition, type: 'OAUTH2', defaultScopes, header, format }
}
