import { API_KEY_SCOPES, type ApiKey, type RepeatableResult } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { encodeGlobalId, parseGlobalId } from '../base/global-ids.ts'
import { defineMutation, findMade, type PayloadBuilder } from '../base/mutation.ts'
import { AccountType, ApiKeyList, ApiKeyScopeType, ApiKeyType, ViewerType } from '../refs/accounts.ts'
import { GraphType } from '../refs/graphs.ts'

builder.objectType(ApiKeyType, {
  description: 'A key with which a program authenticates as you. It may do at most what you may do when it is used.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name.' }),
    prefix: t.exposeString('prefix', {
      nullable: true,
      description: 'The first characters of the key, by which you recognize it. Null for the owner key.',
    }),
    scopes: t.field({
      type: [ApiKeyScopeType],
      description: 'What it may do.',
      resolve: ({ scopes }) => scopes ?? [...API_KEY_SCOPES],
    }),
    accounts: t.field({
      type: [AccountType],
      nullable: { list: true, items: true },
      description: 'The accounts to which it is limited, among those that you may use. Null for all your accounts.',
      resolve: (key, _args, { api }) => api.keys.accountsOf(key),
    }),
    graphs: t.field({
      type: [GraphType],
      nullable: { list: true, items: true },
      description: 'The graphs to which it is limited. Null for all graphs of its accounts.',
      resolve: ({ graphIds }) => graphIds,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'The time when it was created.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The time until which it works. Null if it does not expire.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The time of the last use, accurate to the minute. Null before the first.',
    }),
  }),
})

builder.objectField(ViewerType, 'apiKeys', (t) =>
  ApiKeyList.field(t, {
    description: 'Your API keys, newest first. Requires the scope MANAGE_ACCOUNT.',
    load: (_user, request, { api }) => api.keys.list(request),
  }),
)

/** The result of `createApiKey`. A repetition has no secret. */
interface NewKey {
  apiKey: ApiKey
  secret: string | null
}

const keyRepetition: RepeatableResult<NewKey> = {
  save: ({ apiKey }) => ({ id: apiKey.id }),
  load: async ({ id }: { id: string }, api) => ({ apiKey: await findMade(id, (ids) => api.keys.find(ids)), secret: null }),
}

defineMutation('createApiKey', {
  scope: 'MANAGE_ACCOUNT',
  description:
    'Creates an API key. It cannot do more than the key or token of this request. A key that is limited to graphs can have the scopes READ_GRAPHS, EXECUTE and READ_EXECUTIONS only.',
  input: (t) => ({
    name: t.string({ required: true, description: 'The name, by which you recognize it: 1 to 100 characters.' }),
    scopes: t.field({ type: [ApiKeyScopeType], required: true, description: 'What it may do, at least one.' }),
    accountIds: t.idList({
      description: 'Global ids of the accounts to which it is limited, 1 to 100. The default is all your accounts.',
    }),
    graphIds: t.idList({
      description: 'Global ids of the graphs to which it is limited, 1 to 100. The default is all graphs of the accounts.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'The time until which it works. Without it, the key works until it is revoked.',
    }),
  }),
  payload: (t: PayloadBuilder<NewKey>) => ({
    apiKey: t.field({ type: ApiKeyType, nullable: true, description: 'The key.', resolve: ({ apiKey }) => apiKey }),
    apiKeyEdge: t.field({
      type: ApiKeyList.Edge,
      nullable: true,
      description: 'The edge of the key, for lists of keys.',
      resolve: ({ apiKey }) => apiKey && ApiKeyList.toEdge(apiKey),
    }),
    secret: t.string({
      nullable: true,
      description:
        'The key itself, for the header `Authorization: Bearer …`. It is shown only here. Null if the request is repeated.',
      resolve: ({ secret }) => secret,
    }),
  }),
  repetition: keyRepetition,
  resolve: ({ name, scopes, accountIds, graphIds, expiresAt }, { api }) =>
    api.keys.create({
      name,
      scopes,
      accountIds: accountIds?.map((id, i) => parseGlobalId(id, 'Account', 'accountIds', i)) ?? null,
      graphIds: graphIds?.map((id, i) => parseGlobalId(id, 'Graph', 'graphIds', i)) ?? null,
      expiresAt: expiresAt ?? null,
    }),
})

defineMutation('revokeApiKey', {
  scope: 'MANAGE_ACCOUNT',
  description: 'Ends an API key. Its connections are closed within a second.',
  input: (t) => ({ apiKeyId: t.id({ required: true, description: 'Global id of the key.' }) }),
  payload: (t: PayloadBuilder<{ revoked: ApiKey }>) => ({
    revokedApiKeyId: t.id({
      nullable: true,
      description: 'Global id of the key.',
      resolve: ({ revoked }) => revoked && encodeGlobalId('ApiKey', revoked.id),
    }),
  }),
  resolve: async ({ apiKeyId }, { api }) => ({ revoked: await api.keys.revoke(parseGlobalId(apiKeyId, 'ApiKey', 'apiKeyId')) }),
})
