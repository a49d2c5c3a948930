import { z } from 'zod'
import { coversHost, secretHostSchema } from '../capabilities/index.ts'

/** A client of a service, as whoever runs this installation has registered it there. */
export const oauthClientSchema = z.strictObject({
  clientId: z.string().min(1).max(1000),
  /** None for a public client. */
  clientSecret: z.string().min(1).max(10_000).optional(),
  /** Where its secret may go, in the form of a provider's hosts. Unset: wherever the provider asks for tokens, also after an update of its plugin. */
  hosts: z.array(secretHostSchema).min(1).max(50).optional(),
})

export type OAuthClient = z.output<typeof oauthClientSchema>

/** Whether its secret may go there. */
export function isClientFor({ hosts }: OAuthClient, url: string): boolean {
  return hosts === undefined || coversHost(hosts, new URL(url))
}
