import { listAuthorizationHosts, type Provider } from '@ashlar/core'
import { builder } from '../builder.ts'
import { CostUnit } from '../costs.ts'
import { connectionOf, parsePage, sliceOf } from '../connections.ts'
import { ProviderConnection, ProviderType } from './refs.ts'

export const CredentialKind = builder.enumType('CredentialKind', {
  description:
    '`API_KEY`: one key. `USER_PASSWORD`: sent as HTTP Basic. `HOST_SCOPED`: headers for hosts that the credential itself names. `OAUTH2`: access that you grant at the service, by `startAuthorization`.',
  values: ['API_KEY', 'USER_PASSWORD', 'HOST_SCOPED', 'OAUTH2'] as const,
})

type OAuth2 = Extract<Provider['auth'][number], { type: 'OAUTH2' }>
const isOAuth2 = (auth: Provider['auth'][number]): auth is OAuth2 => auth.type === 'OAUTH2'

const Scope = builder.objectRef<{ name: string; description: string; isDefault: boolean }>('Scope').implement({
  description: 'A part of what a user can do at a service.',
  fields: (t) => ({
    name: t.exposeString('name'),
    description: t.exposeString('description'),
    isDefault: t.exposeBoolean('isDefault', { description: 'Asked for unless you say otherwise.' }),
  }),
})

const ProviderAuthorization = builder.objectRef<OAuth2>('ProviderAuthorization').implement({
  description: 'OAuth 2: you grant access at the service, and it gives tokens.',
  fields: (t) => ({
    url: t.exposeString('authorizationUrl', { description: 'Where the service asks you.' }),
    hosts: t.stringList({
      description: 'Where you, codes and tokens are sent when access is granted, renewed and given back.',
      resolve: listAuthorizationHosts,
    }),
    scopes: t.field({
      type: [Scope],
      resolve: ({ scopes, defaultScopes }) =>
        Object.entries(scopes).map(([name, description]) => ({ name, description, isDefault: defaultScopes.includes(name) })),
    }),
  }),
})

const Cost = builder.objectRef<Provider['costs'][number]>('Cost').implement({
  description: 'What one of something costs.',
  fields: (t) => ({
    amount: t.exposeString('amount', { description: 'Credits, as an exact decimal: `0.000125`. A credit is a US cent.' }),
    per: t.expose('per', { type: CostUnit }),
  }),
})

const WebhookEvent = builder.objectRef<{ name: string; description: string }>('WebhookEvent').implement({
  description: 'Something that a service tells by itself.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'As the service names it.' }),
    description: t.exposeString('description'),
  }),
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
    authorization: t.field({
      type: ProviderAuthorization,
      nullable: true,
      description: 'How access is granted to a credential of kind OAUTH2.',
      resolve: ({ auth }) => auth.find(isOAuth2) ?? null,
    }),
    costs: t.field({
      type: [Cost],
      description: 'What its use costs where a block does not say it itself.',
      resolve: ({ costs }) => costs,
    }),
    webhookEvents: t.field({
      type: [WebhookEvent],
      description: 'What it tells by itself.',
      resolve: ({ webhook }) => webhook?.events ?? [],
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
          sliceOf(runtime.plugins.providers(), parsePage(page, 'Provider'), (each) => each.qualifiedName),
          'Provider',
          (each) => each.qualifiedName,
        ),
    },
    ProviderConnection,
  ),
)
