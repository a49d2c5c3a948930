import type { Block, PluginReport, PluginVersion, Runtime, Listing } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { inOrder } from '../base/global-ids.ts'

export const BlockType = builder.loadableNodeRef('Block', {
  id: { resolve: (block: Block) => block.id },
  load: (ids: string[], { runtime }) =>
    Promise.resolve(inOrder(ids, new Map(runtime.plugins.blocks().map((block) => [block.id, block])))),
})

/** A plugin that a worker has found, or a published plugin that is not installed. */
interface PluginFacts extends Omit<PluginReport, 'status'> {
  status: PluginReport['status'] | 'AVAILABLE'
}

export const PluginType = builder.loadableNodeRef('Plugin', {
  id: { resolve: (plugin: PluginFacts) => plugin.packageName },
  load: async (names: string[], { runtime }) => {
    const found = new Map(runtime.plugins.reports().map((report) => [report.packageName, report]))
    if (names.every((name) => found.has(name))) return inOrder<PluginFacts>(names, found)
    return inOrder(names, new Map((await listPlugins(runtime)).map((each) => [each.packageName, each])))
  },
})

export const PluginVersionType = builder.loadableNodeRef('PluginVersion', {
  id: { resolve: (version: PluginVersion) => version.id },
  load: async (ids: string[], { runtime }) => inOrder(ids, await runtime.pluginStore.findVersions(ids)),
})

export const BlockConnection = builder.connectionObject({ type: BlockType, name: 'BlockConnection' }, { name: 'BlockEdge' })
export const PluginConnection = builder.connectionObject({ type: PluginType, name: 'PluginConnection' }, { name: 'PluginEdge' })
export const PluginVersionConnection = builder.connectionObject(
  { type: PluginVersionType, name: 'PluginVersionConnection' },
  { name: 'PluginVersionEdge' },
)

/** The plugins that workers have found, then those that are only published. */
export async function listPlugins({ plugins, pluginStore }: Runtime): Promise<PluginFacts[]> {
  const found = plugins.reports()
  const names = new Set(found.map(({ packageName }) => packageName))
  const others = (await pluginStore.listListings()).filter(({ packageName }) => !names.has(packageName))
  return [...found, ...others.map(available)]
}

function available({ packageName, newestVersion }: Listing): PluginFacts {
  return { packageName, version: newestVersion, origin: 'STORE', status: 'AVAILABLE' }
}
