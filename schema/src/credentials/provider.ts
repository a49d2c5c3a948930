import { listAuthorizationHosts, type Provider } from '@ashlar/core'
import { describeAccountId, parseAccountId } from '../base/account-id.ts'
import { builder } from '../base/builder.ts'
import { CostUnit } from '../base/cost-unit.ts'
import { CredentialKind, ProviderList, ProviderType } from '../refs/credentials.ts'

type OAuth2 = Extract<Provider['auth'][number], { type: 'OAUTH2' }>
const isOAuth2 = (auth: Provider['auth'][number]): auth is OAuth2 => auth.type === 'OAUTH2'

const Scope = builder.objectRef<{ name: string; description: string; isDefault: boolean }>('Scope').implement({
  description: 'An OAuth 2 scope of a service.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name that the service uses.' }),
    description: t.exposeString('description', { description: 'What the scope allows.' }),
    isDefault: t.exposeBoolean('isDefault', { description: 'Whether an authorization requests it by default.' }),
  }),
})

const ProviderAuthorization = builder.objectRef<OAuth2>('ProviderAuthorization').implement({
  description: 'How the service grants access with OAuth 2.',
  fields: (t) => ({
    url: t.exposeString('authorizationUrl', { description: 'The page of the service where you grant access.' }),
    hosts: t.stringList({
      description: 'The hosts that take part when access is granted, renewed or revoked.',
      resolve: listAuthorizationHosts,
    }),
    scopes: t.field({
      type: [Scope],
      description: 'The scopes that an authorization can request.',
      resolve: ({ scopes, defaultScopes }) =>
        Object.entries(scopes).map(([name, description]) => ({ name, description, isDefault: defaultScopes.includes(name) })),
    }),
  }),
})

const Cost = builder.objectRef<Provider['costs'][number]>('Cost').implement({
  description: 'The price of one unit.',
  fields: (t) => ({
    amount: t.exposeString('amount', {
      description: 'Credits as an exact decimal, such as `0.000125`. One credit is one US cent.',
    }),
    per: t.expose('per', { type: CostUnit, description: 'The unit that costs this amount.' }),
  }),
})

const WebhookEvent = builder.objectRef<{ name: string; description: string }>('WebhookEvent').implement({
  description: 'An event that a service can send as a webhook.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name that the service uses.' }),
    description: t.exposeString('description', { description: 'When the service sends the event.' }),
  }),
})

builder.objectType(ProviderType, {
  description: 'An external service that blocks use, as declared by a plugin.',
  fields: (t) => ({
    name: t.exposeString('qualifiedName', { description: 'Qualified name, such as `github/github`.' }),
    title: t.exposeString('title', { description: 'The name of the service, for people.' }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'How to obtain the secret. Null if the author has not described it.',
    }),
    hosts: t.exposeStringList('hosts', {
      description: 'The only hosts that receive a secret. Empty if each credential names its own hosts.',
    }),
    credentialKinds: t.field({
      type: [CredentialKind],
      description: 'The supported kinds, the most common first.',
      resolve: ({ auth }) => auth.map(({ type }) => type),
    }),
    authorization: t.field({
      type: ProviderAuthorization,
      nullable: true,
      description: 'How the service grants access with OAuth 2. Null if the provider does not support OAUTH2.',
      resolve: ({ auth }) => auth.find(isOAuth2) ?? null,
    }),
    costs: t.field({
      type: [Cost],
      description: 'The costs of blocks that use it and declare no costs.',
      resolve: ({ costs }) => costs,
    }),
    webhookEvents: t.field({
      type: [WebhookEvent],
      description: 'The events that it can send as webhooks.',
      resolve: ({ webhook }) => webhook?.events ?? [],
    }),
  }),
})

builder.queryFields((t) => ({
  providers: ProviderList.rootField(t, {
    scope: 'ANY',
    description: 'The services that blocks can use, by name.',
    args: {
      accountId: t.arg.id(describeAccountId('The account whose plugins are included, besides those of the installation.')),
    },
    load: async (_root, request, { api }, { accountId }) =>
      (await api.plugins.catalogue(parseAccountId(accountId))).listProviders(request),
  }),
  provider: t.field({
    scope: 'ANY',
    type: ProviderType,
    nullable: true,
    description: 'A service by its qualified name. Null if no loaded plugin declares it.',
    args: {
      name: t.arg.string({ required: true, description: 'The qualified name, such as `github/github`.' }),
      accountId: t.arg.id(describeAccountId('The account whose plugins are included, besides those of the installation.')),
    },
    resolve: async (_root, { name, accountId }, { api }) =>
      (await api.plugins.catalogue(parseAccountId(accountId))).plugins.provider(name),
  }),
}))
