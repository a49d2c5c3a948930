import type { Fetch } from './fetch.ts'
import type { ProviderAuth } from './providers/index.ts'

export type CredentialType = ProviderAuth['type']

/** The secret of a credential. */
export type Secret =
  | { readonly type: 'API_KEY'; readonly key: string }
  | { readonly type: 'USER_PASSWORD'; readonly username: string; readonly password: string }
  | { readonly type: 'HOST_SCOPED'; readonly headers: Readonly<Record<string, string>> }
  | { readonly type: 'ENDPOINT'; readonly baseUrl: string; readonly key?: string }
  /** A short-lived token. The host keeps the refresh token. */
  | { readonly type: 'OAUTH2'; readonly accessToken: string }

/** A credential as a block sees it: what the credential permits, without the secret. */
export interface Credential {
  /** The qualified name: `github/github`. */
  readonly provider: string
  /** The title that its owner chose. */
  readonly name: string
  readonly type: CredentialType
  /** The hosts that receive the secret. */
  readonly hosts: readonly string[]
  /** Where the API starts, such as `https://api.example.com/v1`, without a final slash. Only for the type ENDPOINT. */
  readonly baseUrl?: string
  /** The scopes that the user has granted. Empty unless the type is OAUTH2. */
  readonly scopes: readonly string[]
  /**
   * Like `fetch` of the context. Outside the sandbox, the host adds the secret to each request and removes it from the
   * response. Rejects a request to a host that is not a host of the credential. The capability `http` of the block must
   * also allow the host.
   */
  readonly fetch: Fetch
  /**
   * Returns a link that the secret signs: anyone who has it may send this request for at most seven days. Needs the capability `credentials.presign`, and a provider with `awsSignature`. @default GET, 3600
   */
  presign(url: string, options?: PresignOptions): Promise<string>
  /** Returns the secret. Needs the capability `credentials.reveal`. */
  reveal(): Promise<Secret>
}

/** Options of {@link Credential.presign}. */
export interface PresignOptions {
  readonly method?: 'GET' | 'PUT' | 'HEAD' | 'DELETE'
  readonly expiresSeconds?: number
  /** @default the region in the host */
  readonly region?: string
}
