import type { Block, PluginReport } from '@ashlar/core'
import { builder } from '../builder.ts'
import { inOrder } from '../global-ids.ts'

export const BlockType = builder.loadableNodeRef('Block', {
  id: { resolve: (block: Block) => block.id },
  load: (ids: string[], { runtime }) =>
    Promise.resolve(inOrder(ids, new Map(runtime.plugins.blocks().map((block) => [block.id, block])))),
})

export const PluginType = builder.loadableNodeRef('Plugin', {
  id: { resolve: (plugin: PluginReport) => plugin.packageName },
  load: (names: string[], { runtime }) => {
    const reports = new Map(runtime.plugins.reports().map((report) => [report.packageName, report]))
    return Promise.resolve(inOrder(names, reports))
  },
})

export const BlockConnection = builder.connectionObject({ type: BlockType, name: 'BlockConnection' }, { name: 'BlockEdge' })
export const PluginConnection = builder.connectionObject({ type: PluginType, name: 'PluginConnection' }, { name: 'PluginEdge' })
