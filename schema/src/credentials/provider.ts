import { builder } from '../builder.ts'
import { connectionOf, parsePage, sliceOf } from '../connections.ts'
import { ProviderConnection, ProviderType } from './refs.ts'

export const CredentialKind = builder.enumType('CredentialKind', {
  description:
    '`API_KEY`: one key. `USER_PASSWORD`: sent as HTTP Basic. `HOST_SCOPED`: headers for hosts that the credential itself names.',
  values: ['API_KEY', 'USER_PASSWORD', 'HOST_SCOPED'] as const,
})

builder.objectType(ProviderType, {
  description: 'An outside service that blocks use, as a plugin declares it.',
  fields: (t) => ({
    name: t.exposeString('qualifiedName', { description: 'Qualified by its plugin: `github/github`.' }),
    title: t.exposeString('title'),
    description: t.exposeString('description', { nullable: true, description: 'Where the secret comes from.' }),
    hosts: t.exposeStringList('hosts', {
      description: 'The only hosts that a secret is sent to; none where each credential names its own.',
    }),
    credentialKinds: t.field({
      type: [CredentialKind],
      description: 'What it takes, the usual one first.',
      resolve: ({ auth }) => auth.map(({ type }) => type),
    }),
  }),
})

builder.queryField('providers', (t) =>
  t.connection(
    {
      type: ProviderType,
      description: 'Services that blocks use, by name.',
      resolve: (_root, page, { runtime }) =>
        connectionOf(
          sliceOf(runtime.plugins.providers(), parsePage(page), (each) => each.qualifiedName),
          (each) => each.qualifiedName,
        ),
    },
    ProviderConnection,
  ),
)
