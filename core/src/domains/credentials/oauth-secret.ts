import type { Provider } from '../../capabilities/index.ts'

/** What is sealed of an OAuth 2 credential. */
export interface OAuthSecret {
  type: 'OAUTH2'
  accessToken: string
  refreshToken?: string | undefined
  /** Where it came from: what renews it goes nowhere else, whatever its provider says by now. */
  tokenUrl: string
  revocationUrl?: string | undefined
}

export type OAuth2 = Extract<Provider['auth'][number], { type: 'OAUTH2' }>

/** How a provider grants access, where it does. */
export function oauth2Of(provider: Provider | undefined): OAuth2 | undefined {
  return provider?.auth.find((auth): auth is OAuth2 => auth.type === 'OAUTH2')
}
