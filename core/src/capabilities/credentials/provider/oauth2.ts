import { z } from 'zod'
import { AshlarError } from '../../../base/index.ts'
import { isHeaderName, parseTarget } from '../../http/index.ts'
import { coversHost } from './secret-hosts.ts'

/** The template of a header value; `{key}` is replaced by the secret. */
export const secretFormat = z
  .string()
  .max(200)
  .regex(/^[\x20-\x7e]*\{key\}[\x20-\x7e]*$/, 'must be printable ASCII and contain {key}')
export const secretHeader = z.string().refine(isHeaderName, 'must be the name of a header that may be set')

/** Source: RFC 6749, 3.3. Commas are excluded, because some services separate scopes by commas. */
const scopeName = z
  .string()
  .max(300)
  .regex(/^[!#-+\--[\]-~]+$/, 'must be printable ASCII without spaces, quotes, commas and backslashes')
export const scopesSchema = z.array(scopeName).max(200)

const endpoint = z
  .string()
  .max(2000)
  .transform((text, context) => {
    try {
      return parseTarget(text).href
    } catch (error) {
      if (!(error instanceof AshlarError)) throw error
      context.addIssue({ code: 'custom', message: error.message })
      return z.NEVER
    }
  })

/** Parameters that Ashlar sets in the authorization request. */
const RESERVED = /^(response_type|response_mode|client_id|redirect_uri|scope|state|code_challenge|code_challenge_method)$/

/** See `oauth2` of the SDK. */
export const oauth2Schema = z
  .strictObject({
    type: z.literal('OAUTH2'),
    authorizationUrl: endpoint,
    tokenUrl: endpoint,
    revocationUrl: endpoint.optional(),
    scopes: z.record(scopeName, z.string().max(500)).refine((scopes) => Object.keys(scopes).length <= 200, 'must be at most 200'),
    defaultScopes: scopesSchema,
    pkce: z.boolean(),
    clientAuthentication: z.enum(['basic', 'post', 'none']),
    extraAuthorizationParameters: z
      .record(z.string().max(100), z.string().max(1000))
      .refine(
        (parameters) => !Object.keys(parameters).some((name) => RESERVED.test(name)),
        'must not contain a parameter that Ashlar sets',
      ),
    header: secretHeader,
    format: secretFormat,
  })
  .refine(({ scopes, defaultScopes }) => defaultScopes.every((scope) => Object.hasOwn(scopes, scope)), {
    path: ['defaultScopes'],
    message: 'must be among the scopes',
  })

export type OAuth2 = z.output<typeof oauth2Schema>

/**
 * Lists the hosts that receive users and tokens for authorization, renewal and revocation: `github.com`,
 * `http://localhost:8080`.
 */
export function listAuthorizationHosts(auth: OAuth2): string[] {
  const hosts = listEndpoints(auth).map(({ protocol, host }) => (protocol === 'http:' ? `http://${host}` : host))
  return [...new Set(hosts)]
}

/** Whether each endpoint uses https, or a host that the provider declares without encryption. */
export function areEndpointsSafe(auth: OAuth2, hosts: readonly string[]): boolean {
  return listEndpoints(auth).every((url) => url.protocol === 'https:' || coversHost(hosts, url))
}

function listEndpoints({ authorizationUrl, tokenUrl, revocationUrl }: OAuth2): URL[] {
  return [authorizationUrl, tokenUrl, ...(revocationUrl === undefined ? [] : [revocationUrl])].map((text) => new URL(text))
}
