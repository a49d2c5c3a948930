import type { Credential, Provider } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { inOrder } from '../base/global-ids.ts'
import { defineList } from '../base/list.ts'

export const ProviderType = builder.loadableNodeRef('Provider', {
  id: { resolve: (provider: Provider) => provider.qualifiedName },
  load: (names: string[], { runtime }) =>
    Promise.resolve(inOrder(names, new Map(runtime.plugins.providers().map((each) => [each.qualifiedName, each])))),
})

export const CredentialType = builder.loadableNodeRef('Credential', {
  id: { resolve: (credential: Credential) => credential.id },
  load: async (ids: string[], { runtime, user }) => inOrder(ids, await runtime.credentials.find(user.id, ids)),
})

export const ProviderList = defineList<Provider>()({
  type: ProviderType,
  name: 'Provider',
  plural: 'providers',
  filter: (t) => ({ text: t.string({ description: 'Text in the name or the title. Case-insensitive.' }) }),
  orderFields: { NAME: 'The qualified name.' },
  defaultOrder: { field: 'NAME', direction: 'ASC' },
  locate: ({ qualifiedName }) => ({ value: qualifiedName, id: qualifiedName }),
})

export const CredentialList = defineList<Credential>()({
  type: CredentialType,
  name: 'Credential',
  plural: 'credentials',
  filter: (t) => ({ provider: t.string({ description: 'The qualified name of the provider.' }) }),
  orderFields: { CREATED_AT: 'The time when the credential was added.' },
  defaultOrder: { field: 'CREATED_AT', direction: 'DESC' },
  locate: ({ id }) => ({ value: id, id }),
})
