import { z } from 'zod'
import { AshlarError, showValue } from '../../errors/index.ts'
import { isHeaderName } from '../http/index.ts'
import { formatSecretHost } from './secret-hosts.ts'

const name = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
const headerName = z.string().refine(isHeaderName, 'must be the name of a header that may be set')

/** A host that secrets are sent to, as it goes over the wire; see `parseSecretHost`. */
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

const headerAuth = z.strictObject({
  type: z.literal('API_KEY'),
  header: headerName,
  format: z
    .string()
    .max(200)
    .regex(/^[\x20-\x7e]*\{key\}[\x20-\x7e]*$/, 'must be printable ASCII and contain {key}'),
})
const queryAuth = z.strictObject({ type: z.literal('API_KEY'), query: z.string().min(1).max(100) })

const authSchema = z.union(
  [
    headerAuth,
    queryAuth,
    z.strictObject({ type: z.literal('USER_PASSWORD') }),
    z.strictObject({ type: z.literal('HOST_SCOPED') }),
  ],
  { error: ({ input }) => `must be apiKey(…), userPassword() or hostScoped(), got ${showValue(input)}` },
)

/** What a manifest says of a provider. */
export const providerSchema = z
  .strictObject({
    name,
    title: z.string().min(1).max(100),
    description: z.string().max(2000).optional(),
    hosts: z.array(secretHostSchema).max(50),
    auth: z.array(authSchema).min(1).max(10),
  })
  .refine(
    ({ auth }) => new Set(auth.map(({ type }) => type)).size === auth.length,
    'auth must have one entry of each type at most',
  )
  .refine(
    ({ hosts, auth }) => hosts.length > 0 || auth.every(({ type }) => type === 'HOST_SCOPED'),
    'hosts must name where secrets are sent',
  )

type ProviderManifest = z.output<typeof providerSchema>
export type ProviderAuth = ProviderManifest['auth'][number]
export type CredentialType = ProviderAuth['type']

/** A provider as the runtime knows it. */
export interface Provider extends ProviderManifest {
  /** `github/github` */
  qualifiedName: string
}
