import { z } from 'zod'
import { AshlarError, showValue } from '../../../base/index.ts'
import { costSchema } from './cost.ts'
import { areEndpointsSafe, oauth2Schema, secretFormat, secretHeader, type OAuth2 } from './oauth2.ts'
import { formatSecretHost } from './secret-hosts.ts'
import { webhookSchema } from './webhook.ts'

const name = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)

/** A host to which secrets are sent, formatted as by {@link formatSecretHost}. */
export const secretHostSchema = z
  .string()
  .max(300)
  .transform((text, context) => {
    try {
      return formatSecretHost(text)
    } catch (error) {
      if (!(error instanceof AshlarError)) throw error
      context.addIssue({ code: 'custom', message: error.message })
      return z.NEVER
    }
  })

/** The base URL of an API, without a final slash. */
export const baseUrlSchema = z
  .string()
  .trim()
  .max(1000)
  .transform((text) => text.replace(/\/+$/, ''))
  .refine(isBaseUrl, 'must be an http(s) URL like "https://api.example.com/v1", without a user, a query and a fragment')

function isBaseUrl(text: string): boolean {
  if (/[\s?#\\]/.test(text) || !URL.canParse(text)) return false
  const { protocol, username, password, hostname } = new URL(text)
  return /^https?:$/.test(protocol) && username === '' && password === '' && !hostname.includes('*')
}

/** The host of a base URL, formatted as by {@link formatSecretHost}. */
export function hostOfBaseUrl(baseUrl: string): string {
  const { protocol, host } = new URL(baseUrl)
  return formatSecretHost(protocol === 'http:' ? `http://${host}` : host)
}

const headerAuth = z.strictObject({ type: z.literal('API_KEY'), header: secretHeader, format: secretFormat })
const queryAuth = z.strictObject({ type: z.literal('API_KEY'), query: z.string().min(1).max(100) })

const plainAuth = z.union(
  [
    headerAuth,
    queryAuth,
    z.strictObject({ type: z.literal('USER_PASSWORD') }),
    z.strictObject({
      type: z.literal('USER_PASSWORD'),
      signature: z.literal('AWS4-HMAC-SHA256'),
      service: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/),
    }),
    z.strictObject({ type: z.literal('HOST_SCOPED') }),
    z.strictObject({ type: z.literal('ENDPOINT'), baseUrl: baseUrlSchema, header: secretHeader, format: secretFormat }),
  ],
  {
    error: ({ input }) =>
      `must be apiKey(…), userPassword(), awsSignature(…), hostScoped(), endpoint(…) or oauth2(…), got ${showValue(input)}`,
  },
)
const isOAuth2 = (auth: unknown): boolean => typeof auth === 'object' && auth !== null && 'type' in auth && auth.type === 'OAUTH2'
/** Reports the faults of an OAuth 2 entry at their paths, which a union would not do. */
const authSchema = z.unknown().transform((auth, context): z.output<typeof plainAuth> | OAuth2 => {
  const parsed = (isOAuth2(auth) ? oauth2Schema : plainAuth).safeParse(auth)
  if (parsed.success) return parsed.data
  for (const { path, message } of parsed.error.issues) context.addIssue({ code: 'custom', path, message })
  return z.NEVER
})

/** A provider in a manifest. */
export const providerSchema = z
  .strictObject({
    name,
    title: z.string().min(1).max(100),
    description: z.string().max(2000).optional(),
    hosts: z.array(secretHostSchema).max(50),
    auth: z.array(authSchema).min(1).max(10),
    costs: z.array(costSchema).max(20).default([]),
    webhook: webhookSchema.optional(),
  })
  .refine(
    ({ auth }) => new Set(auth.map(({ type }) => type)).size === auth.length,
    'auth must have at most one entry of each type',
  )
  .refine(
    ({ hosts, auth }) => hosts.length > 0 || auth.every(({ type }) => type !== 'API_KEY' && type !== 'OAUTH2'),
    'hosts must name the hosts to which secrets are sent',
  )
  .refine(
    ({ hosts, auth }) => auth.every((each) => each.type !== 'OAUTH2' || areEndpointsSafe(each, hosts)),
    'the URLs of oauth2 must use https, unless `hosts` lists their host with http://',
  )

type ProviderManifest = z.output<typeof providerSchema>
export type ProviderAuth = ProviderManifest['auth'][number]
export type CredentialType = ProviderAuth['type']

/** A provider with its qualified name. */
export interface Provider extends ProviderManifest {
  /** `github/github` */
  qualifiedName: string
  /** The account that has installed its plugin. Undefined for a plugin of the installation. */
  accountId?: string
}
