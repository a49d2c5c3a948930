import { UserType } from '../refs/accounts.ts'
import { builder } from '../base/builder.ts'
import { connectionOf, parsePage } from '../base/connections.ts'
import { CredentialKind } from './provider.ts'
import { CredentialConnection, CredentialType, ProviderType } from '../refs/credentials.ts'

const CredentialStatus = builder.enumType('CredentialStatus', {
  description:
    '`NEEDS_AUTHORIZATION`: the service takes its tokens no more; nodes that use it fail until you authorize it again under the same name.',
  values: ['READY', 'NEEDS_AUTHORIZATION'] as const,
})

builder.objectType(CredentialType, {
  description: 'What you have to authenticate with at a service. Its secret can be replaced, and never read.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What nodes call it: unique for its provider.' }),
    providerName: t.exposeString('provider', { description: 'Qualified: `github/github`.' }),
    provider: t.field({
      type: ProviderType,
      nullable: true,
      description: 'None while its plugin is not installed.',
      resolve: ({ provider }) => provider,
    }),
    kind: t.expose('type', { type: CredentialKind }),
    hosts: t.exposeStringList('hosts', { description: 'Where the secret may be sent.' }),
    status: t.expose('status', { type: CredentialStatus }),
    scopes: t.exposeStringList('scopes', { description: 'What you have granted; none unless it is of kind OAUTH2.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime' }),
    lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', nullable: true, description: 'To the minute.' }),
  }),
})

builder.objectField(UserType, 'credentials', (t) =>
  t.connection(
    {
      type: CredentialType,
      description: 'Newest first.',
      resolve: async (_user, page, { runtime, user }) =>
        connectionOf(
          await runtime.credentials.list(user.id, parsePage(page, 'Credential')),
          'Credential',
          (credential) => credential.id,
        ),
    },
    CredentialConnection,
  ),
)
