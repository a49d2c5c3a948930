import { UserType } from '../refs/accounts.ts'
import { builder } from '../base/builder.ts'
import { fromOldPage, toOldRequest } from '../base/old-pages.ts'
import { CredentialKind } from './provider.ts'
import { CredentialList, CredentialType, ProviderType } from '../refs/credentials.ts'

const CredentialStatus = builder.enumType('CredentialStatus', {
  description:
    '`NEEDS_AUTHORIZATION`: the service no longer accepts its tokens. Nodes that use it fail until you authorize it again under the same name.',
  values: ['READY', 'NEEDS_AUTHORIZATION'] as const,
})

builder.objectType(CredentialType, {
  description: 'A secret that authenticates you at a service. The secret can be replaced but not read.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name by which nodes refer to it, unique within its provider.' }),
    providerName: t.exposeString('provider', { description: 'Qualified name, such as `github/github`.' }),
    provider: t.field({
      type: ProviderType,
      nullable: true,
      description: 'Null while its plugin is not installed.',
      resolve: ({ provider }) => provider,
    }),
    kind: t.expose('type', { type: CredentialKind }),
    hosts: t.exposeStringList('hosts', { description: 'The hosts that may receive the secret.' }),
    status: t.expose('status', { type: CredentialStatus }),
    scopes: t.exposeStringList('scopes', { description: 'The scopes that you have granted. Empty unless the kind is OAUTH2.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime' }),
    lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', nullable: true, description: 'Accurate to the minute.' }),
  }),
})

builder.objectField(UserType, 'credentials', (t) =>
  CredentialList.field(t, {
    description: 'Your credentials, newest first.',
    load: async (_user, request, { runtime, user }) =>
      fromOldPage(await runtime.credentials.list(user.id, toOldRequest(request as never))),
  }),
)
