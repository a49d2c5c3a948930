import { AccountType, ViewerType } from '../refs/accounts.ts'
import { describeAccountId, parseAccountId } from '../base/account-id.ts'
import { builder } from '../base/builder.ts'
import { CredentialKind, CredentialList, CredentialStatus, CredentialType, ProviderType } from '../refs/credentials.ts'

builder.objectType(CredentialType, {
  description: 'A secret that authenticates you at a service. The secret can be replaced but not read.',
  fields: (t) => ({
    account: t.field({
      type: AccountType,
      nullable: true,
      description: 'The account that owns the credential.',
      resolve: ({ ownerId }) => ownerId,
    }),
    name: t.exposeString('name', { description: 'The name by which nodes refer to it, unique within its provider.' }),
    providerName: t.exposeString('provider', { description: 'Qualified name, such as `github/github`.' }),
    provider: t.field({
      type: ProviderType,
      nullable: true,
      description: 'The service for which it is. Null while its plugin is not installed.',
      resolve: async ({ ownerId, provider }, _args, { api }) =>
        (await api.plugins.findCatalogue(ownerId))?.plugins.provider(provider),
    }),
    kind: t.expose('type', { type: CredentialKind, description: 'How it authenticates you.' }),
    hosts: t.exposeStringList('hosts', { description: 'The hosts that may receive the secret.' }),
    status: t.expose('status', { type: CredentialStatus, description: 'Whether nodes can use it.' }),
    scopes: t.exposeStringList('scopes', { description: 'The scopes that you have granted. Empty unless the kind is OAUTH2.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'The time when it was added.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'The time of the last change.' }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The time of the last use, accurate to the minute. Null before the first.',
    }),
  }),
})

builder.objectField(ViewerType, 'credentials', (t) =>
  CredentialList.field(t, {
    description: 'The credentials of your personal account, newest first.',
    load: (_user, request, { api }) => api.credentials.list(request),
  }),
)

builder.objectField(AccountType, 'credentials', (t) =>
  CredentialList.field(t, {
    description: 'Its credentials, newest first. Requires the role EDITOR.',
    loadMany: (accountIds, request, { api }) => api.credentials.listOfAccounts(accountIds, request),
    getParentId: ({ account }) => account.id,
  }),
)

builder.queryField('credentials', (t) =>
  CredentialList.rootField(t, {
    scope: 'MANAGE_CREDENTIALS',
    description: 'The credentials of an account, newest first. Requires the role EDITOR.',
    args: { accountId: t.arg.id(describeAccountId('The account.')) },
    load: (_root, request, { api }, { accountId }) => api.credentials.list({ ...request, accountId: parseAccountId(accountId) }),
  }),
)
