import type { Provider } from '../../capabilities/index.ts'

/** The encrypted part of an OAuth 2 credential. */
export interface OAuthSecret {
  type: 'OAUTH2'
  accessToken: string
  refreshToken?: string | undefined
  /**
   * The endpoint that issued the tokens. The refresh token is sent to no other endpoint, even if the provider has
   * changed.
   */
  tokenUrl: string
  revocationUrl?: string | undefined
}

export type OAuth2 = Extract<Provider['auth'][number], { type: 'OAUTH2' }>

/** Returns the OAuth 2 declaration of a provider, if it has one. */
export function findOAuth2(provider: Provider | undefined): OAuth2 | undefined {
  return provider?.auth.find((auth): auth is OAuth2 => auth.type === 'OAUTH2')
}
