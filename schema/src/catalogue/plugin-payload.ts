import type { PayloadBuilder } from '../base/mutation.ts'
import { PluginList, PluginType } from '../refs/catalogue.ts'

export const PACKAGE_NAME = { required: true, description: 'The name of the npm package.' } as const

/** The fields of a payload with a plugin. */
export const pluginFields = (t: PayloadBuilder<{ packageName: string }>) => ({
  plugin: t.field({
    type: PluginType,
    nullable: true,
    description: 'The plugin.',
    resolve: ({ packageName }) => packageName,
  }),
  pluginEdge: t.field({
    type: PluginList.Edge,
    nullable: true,
    description: 'The edge of the plugin, for lists of plugins.',
    resolve: async ({ packageName }, _args, context) => {
      const plugin = packageName === undefined ? null : await PluginType.getDataloader(context).load(packageName)
      return plugin && PluginList.toEdge(plugin)
    },
  }),
})
