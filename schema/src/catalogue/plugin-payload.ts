import type { CataloguePlugin } from '@ashlar/core'
import type { SchemaContext } from '../base/context.ts'
import type { PayloadBuilder } from '../base/mutation.ts'
import { PluginList, PluginType } from '../refs/catalogue.ts'

export const PACKAGE_NAME = { required: true, description: 'The name of the npm package.' } as const

/** A plugin of the installation, or of an account. */
interface PluginPlace {
  packageName: string
  accountId?: string | undefined
}

/** The fields of a payload with a plugin. */
export const pluginFields = (t: PayloadBuilder<PluginPlace>) => ({
  plugin: t.field({
    type: PluginType,
    nullable: true,
    description: 'The plugin.',
    resolve: (place, _args, context) => findPlugin(place, context),
  }),
  pluginEdge: t.field({
    type: PluginList.Edge,
    nullable: true,
    description: 'The edge of the plugin, for lists of plugins.',
    resolve: async (place, _args, context) => {
      const plugin = await findPlugin(place, context)
      return plugin && PluginList.toEdge(plugin)
    },
  }),
})

async function findPlugin(
  { packageName, accountId }: Partial<PluginPlace>,
  { api }: SchemaContext,
): Promise<CataloguePlugin | undefined> {
  if (packageName === undefined) return undefined
  const catalogue = await api.plugins.findCatalogue(accountId)
  return (await catalogue?.findPlugins([packageName]))?.get(packageName)
}
