import type { CataloguePlugin } from '@ashlar/core'
import { describeAccountId, parseAccountId } from '../base/account-id.ts'
import { builder } from '../base/builder.ts'
import { ErrorCodeType, toErrorCode } from '../base/errors.ts'
import { BlockList, PluginList, PluginType, PluginVersionList } from '../refs/catalogue.ts'
import { AccountType } from '../refs/accounts.ts'
import { PluginSource, PluginStatus } from '../refs/catalogue-enums.ts'

const PluginFailure = builder.objectRef<NonNullable<CataloguePlugin['error']>>('PluginFailure').implement({
  description: 'Why a plugin did not load.',
  fields: (t) => ({
    code: t.field({ type: ErrorCodeType, description: 'The kind of failure.', resolve: ({ code }) => toErrorCode(code) }),
    message: t.exposeString('message', {
      description:
        'Names the package, each fault with its location in the source, and how to correct it. The log has the same text.',
    }),
  }),
})

builder.objectType(PluginType, {
  description: 'A package of blocks.',
  fields: (t) => ({
    packageName: t.exposeString('packageName', { description: 'The name of the npm package.' }),
    account: t.field({
      type: AccountType,
      nullable: true,
      description: 'The account that has installed the plugin for itself. Null for a plugin of the installation.',
      resolve: ({ accountId }) => accountId,
    }),
    version: t.exposeString('version', { description: 'The installed version, otherwise the newest.' }),
    source: t.expose('origin', { type: PluginSource, description: 'Where the plugin comes from.' }),
    status: t.expose('status', { type: PluginStatus, description: 'Whether its blocks are available.' }),
    error: t.field({
      type: PluginFailure,
      nullable: true,
      description: 'Why the plugin did not load. Null unless its status is FAILED.',
      resolve: ({ error }) => error,
    }),
    name: t.string({
      nullable: true,
      description: 'The prefix of the qualified names of its blocks. Null unless the plugin is loaded.',
      resolve: ({ plugin }) => plugin?.name,
    }),
    digest: t.string({
      nullable: true,
      description: 'SHA-256 of its bundle. Null unless the plugin is loaded.',
      resolve: ({ plugin }) => plugin?.bundle.digest,
    }),
    blocks: BlockList.field(t, {
      description: 'The blocks of the plugin, by name. Empty unless the plugin is loaded.',
      load: ({ plugin }, request, { runtime }) => runtime.catalogue.listBlocks(request, plugin?.blocks ?? []),
    }),
    installedVersion: t.string({
      nullable: true,
      description:
        'The version that new graph versions use. Existing graph versions keep theirs. Null if the plugin is not installed.',
      resolve: ({ status, version }) => (status === 'AVAILABLE' ? null : version),
    }),
    versions: PluginVersionList.field(t, {
      description: 'The versions that were published to this installation, newest first.',
      getParentId: ({ packageName }) => packageName,
      loadMany: (packageNames, request, { api }) => api.plugins.versionsOf(packageNames, request),
    }),
  }),
})

builder.objectField(AccountType, 'plugins', (t) =>
  PluginList.field(t, {
    description: 'The plugins that the account has installed for itself, by name.',
    loadMany: (accountIds, request, { api }) => api.plugins.listOfAccounts(accountIds, request),
    getParentId: ({ account }) => account.id,
  }),
)

builder.queryFields((t) => ({
  plugins: PluginList.rootField(t, {
    scope: 'ANY',
    description: 'All plugins: loaded, failed to load, or available to install.',
    args: {
      accountId: t.arg.id(describeAccountId('The account whose plugins are included, besides those of the installation.')),
    },
    load: async (_root, request, { api }, { accountId }) =>
      (await api.plugins.catalogue(parseAccountId(accountId))).listPlugins(request),
  }),
  plugin: t.field({
    scope: 'ANY',
    type: PluginType,
    nullable: true,
    description: 'The plugin of a package. Null if no such package is loaded or published.',
    args: {
      packageName: t.arg.string({ required: true, description: 'The name of the npm package.' }),
      accountId: t.arg.id(describeAccountId('The account whose plugins are included, besides those of the installation.')),
    },
    resolve: async (_root, { packageName, accountId }, { api }) => {
      const catalogue = await api.plugins.catalogue(parseAccountId(accountId))
      return (await catalogue.findPlugins([packageName])).get(packageName)
    },
  }),
}))
