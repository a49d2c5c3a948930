import { builder } from '../base/builder.ts'
import { connectionOf, parsePage, sliceOf } from '../base/connections.ts'
import {
  BlockType,
  PluginConnection,
  PluginType,
  PluginVersionConnection,
  PluginVersionType,
  allPlugins,
} from '../refs/catalogue.ts'

const PluginStatus = builder.enumType('PluginStatus', {
  description: '`AVAILABLE`: published here, and not installed.',
  values: ['LOADED', 'FAILED', 'AVAILABLE'] as const,
})

const PluginSource = builder.enumType('PluginSource', {
  description:
    '`WORKSPACE`: a plugin folder of the installation, the only ones that are trusted. `PACKAGE`: an npm package that its configuration names. `STORE`: published to it. `DEV`: being written, and shown here by `ashlar plugin dev`.',
  values: ['DEV', 'WORKSPACE', 'PACKAGE', 'STORE'] as const,
})

const PluginFailure = builder.objectRef<{ code: string; message: string }>('PluginFailure').implement({
  description: 'Why a plugin did not load.',
  fields: (t) => ({
    code: t.exposeString('code'),
    message: t.exposeString('message', {
      description: 'Names the package, each fault with its location in the source, and what to do. The log has the same text.',
    }),
  }),
})

builder.objectType(PluginType, {
  description: 'A package of blocks.',
  fields: (t) => ({
    packageName: t.exposeString('packageName'),
    version: t.exposeString('version', { description: 'The installed one, else the newest.' }),
    source: t.expose('origin', { type: PluginSource }),
    status: t.expose('status', { type: PluginStatus }),
    error: t.field({ type: PluginFailure, nullable: true, resolve: ({ error }) => error }),
    name: t.string({ nullable: true, description: 'Qualifies the names of its blocks.', resolve: ({ plugin }) => plugin?.name }),
    digest: t.string({ nullable: true, description: 'SHA-256 of its code.', resolve: ({ plugin }) => plugin?.bundle.digest }),
    blocks: t.field({ type: [BlockType], resolve: ({ plugin }) => plugin?.blocks ?? [] }),
    installedVersion: t.string({
      nullable: true,
      description: 'What new graph versions take. Those that were saved keep theirs.',
      resolve: ({ status, version }) => (status === 'AVAILABLE' ? null : version),
    }),
    versions: t.connection(
      {
        type: PluginVersionType,
        description: 'Those that were published to this installation, the newest first.',
        resolve: async ({ packageName }, page, { runtime }) => {
          const versions = await runtime.pluginStore.listVersions(packageName)
          return connectionOf(
            sliceOf(versions, parsePage(page, 'PluginVersion'), ({ id }) => id),
            'PluginVersion',
            ({ id }) => id,
          )
        },
      },
      PluginVersionConnection,
    ),
  }),
})

builder.queryField('plugins', (t) =>
  t.connection(
    {
      type: PluginType,
      description: 'Plugins that were found, those that failed to load with the reason, and those that may be installed.',
      resolve: async (_root, page, { runtime }) =>
        connectionOf(
          sliceOf(await allPlugins(runtime), parsePage(page, 'Plugin'), ({ packageName }) => packageName),
          'Plugin',
          ({ packageName }) => packageName,
        ),
    },
    PluginConnection,
  ),
)
