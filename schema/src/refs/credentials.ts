import type { Credential, Provider } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { inOrder } from '../base/global-ids.ts'

export const ProviderType = builder.loadableNodeRef('Provider', {
  id: { resolve: (provider: Provider) => provider.qualifiedName },
  load: (names: string[], { runtime }) =>
    Promise.resolve(inOrder(names, new Map(runtime.plugins.providers().map((each) => [each.qualifiedName, each])))),
})

export const CredentialType = builder.loadableNodeRef('Credential', {
  id: { resolve: (credential: Credential) => credential.id },
  load: async (ids: string[], { runtime, user }) => inOrder(ids, await runtime.credentials.find(user.id, ids)),
})

export const ProviderConnection = builder.connectionObject(
  { type: ProviderType, name: 'ProviderConnection' },
  { name: 'ProviderEdge' },
)
export const CredentialConnection = builder.connectionObject(
  { type: CredentialType, name: 'CredentialConnection' },
  { name: 'CredentialEdge' },
)
