import { z } from 'zod'
import { coversHost, secretHostSchema, type Provider } from '../../capabilities/index.ts'

/** An OAuth client that the operator has registered with a service. */
export const oauthClientSchema = z.strictObject({
  clientId: z.string().min(1).max(1000),
  /** Absent for a public client. */
  clientSecret: z.string().min(1).max(10_000).optional(),
  /**
   * Hosts to which the client secret may be sent, in the form of a provider's hosts. @default the token endpoint of the
   * provider, also after an update of its plugin
   */
  hosts: z.array(secretHostSchema).min(1).max(50).optional(),
})

export type OAuthClient = z.output<typeof oauthClientSchema>

/**
 * Returns the client of the operator for a provider. A plugin that an account has installed receives none, whatever its
 * name is.
 */
export function clientFor(
  clients: Readonly<Record<string, OAuthClient>>,
  provider: Provider | undefined,
): OAuthClient | undefined {
  return provider && provider.accountId === undefined ? clients[provider.qualifiedName] : undefined
}

/** Whether the client secret may be sent to this URL. */
export function isClientFor({ hosts }: OAuthClient, url: string): boolean {
  return hosts === undefined || coversHost(hosts, new URL(url))
}
