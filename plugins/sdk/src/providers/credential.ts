import type { Fetch } from '../fetch.ts'
import type { ProviderAuth } from './provider.ts'

export type CredentialType = ProviderAuth['type']

/** What a credential keeps secret. */
export type Secret =
  | { readonly type: 'API_KEY'; readonly key: string }
  | { readonly type: 'USER_PASSWORD'; readonly username: string; readonly password: string }
  | { readonly type: 'HOST_SCOPED'; readonly headers: Readonly<Record<string, string>> }
  /** Good for a while; what renews it stays with the host. */
  | { readonly type: 'OAUTH2'; readonly accessToken: string }

/** A credential as a block has it: what it can do, without the secret. */
export interface Credential {
  /** Qualified: `github/github`. */
  readonly provider: string
  /** As its owner named it. */
  readonly name: string
  readonly type: CredentialType
  /** The hosts that its secret is sent to. */
  readonly hosts: readonly string[]
  /** What the user has granted; none unless it is of type OAUTH2. */
  readonly scopes: readonly string[]
  /**
   * `fetch` of the context, with the secret put into each request outside of the sandbox, and taken out of what comes back. It rejects a
   * request to a host that the credential is not for; the block's `http` must name the host too.
   */
  readonly fetch: Fetch
  /** The secret itself; needs the capability `credentials.reveal`. */
  reveal(): Promise<Secret>
}
