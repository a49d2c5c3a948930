import type { Catalogue, Credential, Provider } from '@ashlar/core'
import { loadFromCatalogues, toAccountKey } from '../base/account-key.ts'
import { builder } from '../base/builder.ts'
import { inOrder } from '../base/global-ids.ts'
import { defineList } from '../base/list.ts'

export const CredentialKind = builder.enumType('CredentialKind', {
  description: 'How a credential authenticates you.',
  values: {
    API_KEY: { description: 'One key.' },
    USER_PASSWORD: { description: 'A user name and a password, sent as HTTP Basic authentication.' },
    HOST_SCOPED: { description: 'Headers for hosts that the credential names.' },
    ENDPOINT: { description: 'The base URL of an API, and a key if the API requires one.' },
    OAUTH2: { description: 'Access that you grant at the service, see `startAuthorization`.' },
  },
})

export const CredentialStatus = builder.enumType('CredentialStatus', {
  description: 'Whether a credential can be used.',
  values: {
    READY: { description: 'Nodes can use it.' },
    NEEDS_AUTHORIZATION: {
      description:
        'The service no longer accepts its tokens. Nodes that use it fail until you authorize it again under the same name.',
    },
  },
})

export const ProviderType = builder.loadableNodeRef('Provider', {
  id: { resolve: ({ accountId, qualifiedName }: Provider) => toAccountKey(accountId, qualifiedName) },
  load: async (keys: string[], context) =>
    inOrder(keys, await loadFromCatalogues(keys, context, findProviders, ({ accountId }) => accountId)),
})

function findProviders({ plugins }: Catalogue, names: string[]): Map<string, Provider> {
  return new Map(names.flatMap((name) => plugins.provider(name) ?? []).map((provider) => [provider.qualifiedName, provider]))
}

export const CredentialType = builder.loadableNodeRef('Credential', {
  id: { resolve: (credential: Credential) => credential.id },
  load: async (ids: string[], { api }) => inOrder(ids, await api.credentials.find(ids)),
})

export const ProviderList = defineList<Provider>()({
  type: ProviderType,
  name: 'Provider',
  plural: 'providers',
  filter: (t) => ({
    text: t.string({ description: 'Part of the name, the title or the description. Case-insensitive.' }),
    credentialKinds: t.field({ type: [CredentialKind], description: 'The provider supports one of these kinds.' }),
  }),
  orderFields: { NAME: 'The qualified name.', TITLE: 'The title.' },
  defaultOrder: { field: 'NAME', direction: 'ASC' },
  locate: ({ qualifiedName }) => ({ value: qualifiedName, id: qualifiedName }),
})

export const CredentialList = defineList<Credential>()({
  type: CredentialType,
  name: 'Credential',
  plural: 'credentials',
  filter: (t) => ({
    providers: t.stringList({ description: 'The qualified name of its provider is one of these.' }),
    kinds: t.field({ type: [CredentialKind], description: 'The kind of the credential is one of these.' }),
    statuses: t.field({ type: [CredentialStatus], description: 'The status of the credential is one of these.' }),
    name: t.string({ description: 'The name of the credential.' }),
  }),
  orderFields: {
    CREATED_AT: 'The time when the credential was added.',
    NAME: 'The name.',
    PROVIDER: 'The qualified name of the provider.',
  },
  defaultOrder: { field: 'CREATED_AT', direction: 'DESC' },
  locate: ({ id, createdAt }) => ({ value: createdAt.toISOString(), id }),
})
