import { builder } from '../base/builder.ts'
import { sortPage } from '@ashlar/core'
import { BlockType, PluginList, PluginType, PluginVersionList, listPlugins } from '../refs/catalogue.ts'

const PluginStatus = builder.enumType('PluginStatus', {
  description: '`AVAILABLE`: published to this installation but not installed.',
  values: ['LOADED', 'FAILED', 'AVAILABLE'] as const,
})

const PluginSource = builder.enumType('PluginSource', {
  description:
    '`WORKSPACE`: a plugin folder of the installation. Only these plugins are trusted. `PACKAGE`: an npm package that the configuration names. `STORE`: published to the installation. `DEV`: a development plugin that `ashlar plugin dev` has loaded.',
  values: ['DEV', 'WORKSPACE', 'PACKAGE', 'STORE'] as const,
})

const PluginFailure = builder.objectRef<{ code: string; message: string }>('PluginFailure').implement({
  description: 'Why a plugin did not load.',
  fields: (t) => ({
    code: t.exposeString('code'),
    message: t.exposeString('message', {
      description:
        'Names the package, each fault with its location in the source, and how to correct it. The log has the same text.',
    }),
  }),
})

builder.objectType(PluginType, {
  description: 'A package of blocks.',
  fields: (t) => ({
    packageName: t.exposeString('packageName'),
    version: t.exposeString('version', { description: 'The installed version, otherwise the newest.' }),
    source: t.expose('origin', { type: PluginSource }),
    status: t.expose('status', { type: PluginStatus }),
    error: t.field({ type: PluginFailure, nullable: true, resolve: ({ error }) => error }),
    name: t.string({
      nullable: true,
      description: 'The prefix of the qualified names of its blocks.',
      resolve: ({ plugin }) => plugin?.name,
    }),
    digest: t.string({ nullable: true, description: 'SHA-256 of its bundle.', resolve: ({ plugin }) => plugin?.bundle.digest }),
    blocks: t.field({ type: [BlockType], resolve: ({ plugin }) => plugin?.blocks ?? [] }),
    installedVersion: t.string({
      nullable: true,
      description: 'The version that new graph versions use. Existing graph versions keep theirs.',
      resolve: ({ status, version }) => (status === 'AVAILABLE' ? null : version),
    }),
    versions: PluginVersionList.field(t, {
      description: 'The versions that were published to this installation, newest first.',
      load: async ({ packageName }, request, { runtime }) =>
        sortPage(await runtime.pluginStore.listVersions(packageName), request, ({ publishedAt, id }) => ({
          value: publishedAt.toISOString(),
          id,
        })),
    }),
  }),
})

builder.queryField('plugins', (t) =>
  PluginList.field(t, {
    description: 'All plugins: loaded, failed to load, or available to install.',
    load: async (_root, request, { runtime }) =>
      sortPage(await listPlugins(runtime), request, ({ packageName }) => ({ value: packageName, id: packageName })),
  }),
)
