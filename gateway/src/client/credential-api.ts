import type { Client } from './client.ts'
import { ADD_CREDENTIAL, DELETE_CREDENTIAL, LIST_CREDENTIALS, LIST_PROVIDERS, START_AUTHORIZATION } from './operations.ts'
import { mutate, readAll, type Page } from './requests.ts'

export type CredentialKind = 'API_KEY' | 'USER_PASSWORD' | 'HOST_SCOPED' | 'ENDPOINT' | 'OAUTH2'

/** A credential of a user for a service, without its secret. */
export interface ApiCredential {
  /** Global id. */
  id: string
  name: string
  providerName: string
  kind: CredentialKind
  /** Where the secret may be sent. */
  hosts: string[]
  status: 'READY' | 'NEEDS_AUTHORIZATION'
  lastUsedAt: string | null
}

interface ApiProvider {
  /** Qualified. */
  name: string
  /** The default kind first. */
  credentialKinds: CredentialKind[]
}

export interface NewCredential {
  provider: string
  name: string | undefined
  secret:
    | { apiKey: { key: string } }
    | { userPassword: { username: string; password: string } }
    | { endpoint: { baseUrl: string | undefined; key: string | undefined } }
    | { hostScoped: { headers: Record<string, string> } }
  hosts: string[] | undefined
}

/** The credential operations of a user. Expected errors are thrown as AshlarErrors. */
export interface CredentialApi {
  providers(): AsyncGenerator<ApiProvider, void>
  credentials(): AsyncGenerator<ApiCredential, void>
  add(credential: NewCredential): Promise<ApiCredential>
  remove(credentialId: string): Promise<void>
  /** @returns the URL that the user opens in a browser, and its expiry */
  authorize(request: { provider: string; name: string | undefined; scopes: string[] | undefined }): Promise<{
    url: string
    expiresAt: string
  }>
}

export function createCredentialApi(client: Client): CredentialApi {
  return {
    providers: () => readAll(client, LIST_PROVIDERS, (data: { providers: Page<ApiProvider> }) => data.providers),
    credentials: () =>
      readAll(client, LIST_CREDENTIALS, ({ viewer }: { viewer: { credentials: Page<ApiCredential> } }) => viewer.credentials),
    add: (credential) => mutate(client, ADD_CREDENTIAL, 'credential', credential),
    async remove(credentialId) {
      await mutate(client, DELETE_CREDENTIAL, 'credential', { credentialId })
    },
    authorize: (request) => mutate(client, START_AUTHORIZATION, 'authorization', request),
  }
}
