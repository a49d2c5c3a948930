import { unwrapPayload, type Payload } from './api.ts'
import type { Client } from './client.ts'
import { ADD_CREDENTIAL, DELETE_CREDENTIAL, LIST_CREDENTIALS, LIST_PROVIDERS, START_AUTHORIZATION } from './operations.ts'

export type CredentialKind = 'API_KEY' | 'USER_PASSWORD' | 'HOST_SCOPED' | 'OAUTH2'

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

interface Page<T> {
  edges: { node: T }[]
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
}

const PAGE = 100

export function createCredentialApi(client: Client): CredentialApi {
  async function* all<T>(query: string, pageOf: (data: unknown) => Page<T>): AsyncGenerator<T, void> {
    for (let after: string | null = null; ;) {
      const { edges, pageInfo } = pageOf(await client.request(query, { first: PAGE, after }))
      for (const { node } of edges) yield node
      if (!pageInfo.hasNextPage) return
      after = pageInfo.endCursor
    }
  }
  const mutate = async <T>(query: string, input: object, name: string): Promise<T> => {
    const [payload = null] = Object.values((await client.request(query, { input })) as Record<string, Payload<object>>)
    return unwrapPayload(payload, name as never)
  }
  return {
    providers: () => all(LIST_PROVIDERS, (data) => (data as { providers: Page<ApiProvider> }).providers),
    credentials: () =>
      all(LIST_CREDENTIALS, (data) => (data as { viewer: { credentials: Page<ApiCredential> } }).viewer.credentials),
    add: (credential) => mutate(ADD_CREDENTIAL, credential, 'credential'),
    remove: async (credentialId) => void (await mutate(DELETE_CREDENTIAL, { credentialId }, 'credential')),
    authorize: (request) => mutate(START_AUTHORIZATION, request, 'authorization'),
  }
}
