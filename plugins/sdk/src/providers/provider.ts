import type { Cost } from './cost.ts'
import type { OAuth2 } from './oauth2.ts'
import type { Webhook } from './webhook.ts'

/** How the host adds the secret of a credential to requests, and what the user must enter. */
export type ProviderAuth =
  /** One key, sent in a header with the given `format` (`Bearer {key}`) or as a query parameter. */
  | { readonly type: 'API_KEY'; readonly header: string; readonly format: string }
  | { readonly type: 'API_KEY'; readonly query: string }
  /** A user name and a password, sent as HTTP Basic (RFC 7617). */
  | { readonly type: 'USER_PASSWORD' }
  /** An access key, its id as user name and its secret as password, that signs requests with AWS Signature Version 4. */
  | { readonly type: 'USER_PASSWORD'; readonly signature: 'AWS4-HMAC-SHA256'; readonly service: string }
  /** Headers for the hosts that each credential names. */
  | { readonly type: 'HOST_SCOPED' }
  /** The base URL of an API and a key, both of which each credential names. */
  | { readonly type: 'ENDPOINT'; readonly baseUrl: string; readonly header: string; readonly format: string }
  /** A token that the service issues with the user's consent. */
  | OAuth2

/** An external service that blocks use: see {@link defineProvider}. */
export interface Provider {
  /** Unique in its plugin, lower case with dashes: `github`. The qualified name is `github/github`. */
  readonly name: string
  /** The name of the service as the service writes it: `GitHub`. */
  readonly title: string
  /** One sentence that describes where to obtain the secret. */
  readonly description?: string
  /**
   * The only hosts that receive a secret, as in the capability `http` but without methods and paths: `api.github.com`,
   * `*.example.com`, `example.com:8443`. Requests use https, unless an entry starts with `http://`. Must be empty if
   * each credential names its own hosts: for {@link hostScoped}, {@link endpoint}, {@link userPassword} and
   * {@link awsSignature} only.
   */
  readonly hosts: readonly string[]
  /** The ways to authenticate. The usual one is first. */
  readonly auth: readonly ProviderAuth[]
  /** The costs of blocks that use the provider and do not declare costs. @default none */
  readonly costs?: readonly Cost[]
  /** The webhook messages that the service sends. @default none */
  readonly webhook?: Webhook
}

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

/**
 * Declares a provider:
 * `defineProvider({ name: 'github', title: 'GitHub', hosts: ['api.github.com'], auth: [apiKey()] })`.
 *
 * @throws {TypeError} when the name is not lower case with dashes, `auth` is empty or contains a type twice, or no host
 * could receive a secret
 */
export function defineProvider(provider: Provider): Provider {
  const { name, hosts, auth } = provider
  if (!NAME.test(name)) throw new TypeError(`provider name must be like "my-service", got ${JSON.stringify(name)}`)
  const types = auth.map(({ type }) => type)
  if (types.length === 0 || new Set(types).size < types.length)
    throw new TypeError(`provider ${name}: auth must have at least one entry and at most one of each type`)
  const needsHosts = types.some((type) => type === 'API_KEY' || type === 'OAUTH2')
  if (needsHosts && hosts.length === 0) throw new TypeError(`provider ${name}: hosts must not be empty`)
  if (types.every((type) => type === 'HOST_SCOPED' || type === 'ENDPOINT') && hosts.length > 0)
    throw new TypeError(`provider ${name}: hosts must be empty, because each credential names its own hosts`)
  return provider
}

/**
 * Declares one key for a service. `apiKey()` sends `Authorization: Bearer …`,
 * `apiKey({ header: 'x-api-key', format: '{key}' })` sends another header, and `apiKey({ query: 'api_key' })` sends a
 * query parameter.
 */
export function apiKey(
  place: { readonly header: string; readonly format?: string } | { readonly query: string } = { header: 'authorization' },
): ProviderAuth {
  if ('query' in place) return { type: 'API_KEY', query: place.query }
  const { header, format = header.toLowerCase() === 'authorization' ? 'Bearer {key}' : '{key}' } = place
  if (!format.includes('{key}'))
    throw new TypeError(`the format of header ${header} must contain {key}, got ${JSON.stringify(format)}`)
  return { type: 'API_KEY', header, format }
}

/** Declares a user name and a password, sent as HTTP Basic. */
export function userPassword(): ProviderAuth {
  return { type: 'USER_PASSWORD' }
}

/**
 * Declares an access key that signs each request with AWS Signature Version 4, outside the sandbox:
 * `awsSignature({ service: 's3' })`. The region follows from the host, as in `s3.eu-central-1.amazonaws.com`, or from the
 * request header `x-ashlar-region`. A block that sends a body to a service other than S3 sets the header
 * `x-amz-content-sha256`.
 */
export function awsSignature({ service }: { readonly service: string }): ProviderAuth {
  return { type: 'USER_PASSWORD', signature: 'AWS4-HMAC-SHA256', service }
}

/** Declares headers for hosts that the user names in each credential. */
export function hostScoped(): ProviderAuth {
  return { type: 'HOST_SCOPED' }
}

/**
 * Declares an API that many servers offer: each credential names the base URL of a server, and a key if the server
 * requires one. `endpoint({ baseUrl: 'https://api.example.com/v1' })` sends `Authorization: Bearer …`. The block reads
 * the base URL from {@link Credential.baseUrl}, and its capability `http` is {@link fromCredential}.
 *
 * @param baseUrl that of a credential that names none
 */
export function endpoint({ baseUrl, header, format }: { baseUrl: string; header?: string; format?: string }): ProviderAuth {
  if (!/^https?:\/\/[^/?#@\s]+(\/[^?#\s]*)?$/.test(baseUrl))
    throw new TypeError(`the base URL of an endpoint must be like "https://api.example.com/v1", got ${JSON.stringify(baseUrl)}`)
  const key = apiKey({ header: header ?? 'authorization', ...(format !== undefined && { format }) }) as {
    header: string
    format: string
  }
  return { type: 'ENDPOINT', baseUrl: baseUrl.replace(/\/+$/, ''), header: key.header, format: key.format }
}
