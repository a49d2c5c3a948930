import type { Cost } from './cost.ts'
import type { OAuth2 } from './oauth2.ts'
import type { Webhook } from './webhook.ts'

/** How the secret of a credential is put into requests, and what people must give for it. */
export type ProviderAuth =
  /** One key, sent in a header (`format` says how: `Bearer {key}`) or as a parameter of the query. */
  | { readonly type: 'API_KEY'; readonly header: string; readonly format: string }
  | { readonly type: 'API_KEY'; readonly query: string }
  /** Sent as HTTP Basic (RFC 7617). */
  | { readonly type: 'USER_PASSWORD' }
  /** Headers for hosts that the credential itself names. */
  | { readonly type: 'HOST_SCOPED' }
  /** A token that the user lets the service give us. */
  | OAuth2

/** An outside service that blocks use: see {@link defineProvider}. */
export interface Provider {
  /** Unique in its plugin, lower case with dashes: `github`. Qualified by the plugin it reads `github/github`. */
  readonly name: string
  /** As the service writes itself: `GitHub`. */
  readonly title: string
  /** Where people get the secret, in a sentence. */
  readonly description?: string
  /**
   * The only hosts that a secret is sent to, as in the capability `http` and without methods and paths: `api.github.com`,
   * `*.example.com`, `example.com:8443`. Requests go over https, unless an entry begins with `http://`. None where every
   * credential names its own ({@link hostScoped}).
   */
  readonly hosts: readonly string[]
  /** The ways to authenticate, the usual one first. */
  readonly auth: readonly ProviderAuth[]
  /** What its use costs where a block does not say it itself. @default nothing */
  readonly costs?: readonly Cost[]
  /** The messages that it sends by itself. @default none */
  readonly webhook?: Webhook
}

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

/**
 * Declares a provider: `defineProvider({ name: 'github', title: 'GitHub', hosts: ['api.github.com'], auth: [apiKey()] })`.
 *
 * @throws {TypeError} when the name is not lower case with dashes, there is no way to authenticate or two of one type, or a
 * secret could be sent to no host
 */
export function defineProvider(provider: Provider): Provider {
  const { name, hosts, auth } = provider
  if (!NAME.test(name)) throw new TypeError(`provider name must be like "my-service", got ${JSON.stringify(name)}`)
  const types = auth.map(({ type }) => type)
  if (types.length === 0 || new Set(types).size < types.length)
    throw new TypeError(`provider ${name}: auth must have at least one entry, and one of each type at most`)
  const needsHosts = types.some((type) => type !== 'HOST_SCOPED')
  if (needsHosts === (hosts.length === 0))
    throw new TypeError(`provider ${name}: hosts must name where secrets go, and be empty where each credential names its own`)
  return provider
}

/**
 * One key for a service: `apiKey()` sends `Authorization: Bearer …`, `apiKey({ header: 'x-api-key', format: '{key}' })` another
 * header, `apiKey({ query: 'api_key' })` a parameter of the query.
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

/** A user and a password, sent as HTTP Basic. */
export function userPassword(): ProviderAuth {
  return { type: 'USER_PASSWORD' }
}

/** Headers for hosts that people name with the credential itself. */
export function hostScoped(): ProviderAuth {
  return { type: 'HOST_SCOPED' }
}
