/** How people let Ashlar act for them at a service, by OAuth 2 with an authorization code: see {@link oauth2}. */
export interface OAuth2 {
  readonly type: 'OAUTH2'
  /** Where a browser asks the user. */
  readonly authorizationUrl: string
  /** Where codes and refresh tokens are traded for access tokens. */
  readonly tokenUrl: string
  /** Where tokens are given back (RFC 7009) when the credential is deleted. */
  readonly revocationUrl?: string
  /** Everything that may be asked for, with a description for people: `{ repo: 'Read and write repositories' }`. */
  readonly scopes: Readonly<Record<string, string>>
  /** What is asked for unless the user says otherwise. */
  readonly defaultScopes: readonly string[]
  /** Sends a code challenge, S256 (RFC 7636). */
  readonly pkce: boolean
  /** How the client says who it is at the token endpoint: in a header, in the body, or with its id alone (RFC 6749, 2.3.1). */
  readonly clientAuthentication: 'basic' | 'post' | 'none'
  /** Added to the address that the browser opens: `{ access_type: 'offline' }`. */
  readonly extraAuthorizationParameters: Readonly<Record<string, string>>
  /** As in `apiKey`: the header that carries the access token. */
  readonly header: string
  /** `Bearer {key}` */
  readonly format: string
}

type WithDefault = 'defaultScopes' | 'pkce' | 'clientAuthentication' | 'extraAuthorizationParameters' | 'header' | 'format'

/** What an author writes: what has a default may be left out. */
export type OAuth2Definition = Omit<OAuth2, 'type' | WithDefault> & Partial<Pick<OAuth2, WithDefault>>

/**
 * Access that a user grants at the service: `oauth2({ authorizationUrl, tokenUrl, scopes: { repo: 'Repositories' } })`. The access
 * token is sent as `Authorization: Bearer …` unless `header` and `format` say otherwise. By default all scopes are optional, PKCE is
 * used, and the client authenticates with HTTP Basic.
 *
 * @throws {TypeError} when a default scope is none of `scopes`, or the format lacks `{key}`
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
