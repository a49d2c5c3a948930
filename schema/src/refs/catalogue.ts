import type { Block, PluginReport, PluginVersion, Runtime, Listing } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { inOrder } from '../base/global-ids.ts'
import { defineList } from '../base/list.ts'

export const BlockType = builder.loadableNodeRef('Block', {
  id: { resolve: (block: Block) => block.id },
  load: (ids: string[], { runtime }) =>
    Promise.resolve(inOrder(ids, new Map(runtime.plugins.blocks().map((block) => [block.id, block])))),
})

/** A plugin that a worker has found, or a published plugin that is not installed. */
export interface PluginFacts extends Omit<PluginReport, 'status'> {
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

export const BlockList = defineList<Block>()({
  type: BlockType,
  name: 'Block',
  plural: 'blocks',
  filter: (t) => ({
    category: t.string({ description: 'Only blocks of this category, such as `TEXT`. Case-insensitive.' }),
    text: t.string({ description: 'Only blocks whose name or description contains this text. Case-insensitive.' }),
  }),
  orderFields: { NAME: 'The qualified name.' },
  defaultOrder: { field: 'NAME', direction: 'ASC' },
  locate: ({ qualifiedName: value, id }) => ({ value, id }),
})

export const PluginList = defineList<PluginFacts>()({
  type: PluginType,
  name: 'Plugin',
  plural: 'plugins',
  filter: (t) => ({ text: t.string({ description: 'Text in the package name. Case-insensitive.' }) }),
  orderFields: { NAME: 'The name of the package.' },
  defaultOrder: { field: 'NAME', direction: 'ASC' },
  locate: ({ packageName }) => ({ value: packageName, id: packageName }),
})

export const PluginVersionList = defineList<PluginVersion>()({
  type: PluginVersionType,
  name: 'PluginVersion',
  plural: 'versions',
  filter: (t) => ({ version: t.string({ description: 'The version, such as `1.2.0`.' }) }),
  orderFields: { PUBLISHED_AT: 'The time when the version was published.' },
  defaultOrder: { field: 'PUBLISHED_AT', direction: 'DESC' },
  locate: ({ id, publishedAt }) => ({ value: publishedAt.toISOString(), id }),
})

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
