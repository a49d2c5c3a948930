import type { Graph, GraphVersion } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { inOrder } from '../base/global-ids.ts'

export const GraphType = builder.loadableNodeRef('Graph', {
  id: { resolve: (graph: Graph) => graph.id },
  load: async (ids: string[], { runtime, user }) => {
    const graphs = await runtime.graphs.find(user.id, ids)
    return inOrder(ids, graphs)
  },
})

export const GraphVersionType = builder.loadableNodeRef('GraphVersion', {
  id: { resolve: (version: GraphVersion) => version.id },
  load: async (ids: string[], { runtime, user }) => {
    const versions = await runtime.graphs.findVersions(user.id, ids)
    return inOrder(ids, versions)
  },
})

export const GraphConnection = builder.connectionObject({ type: GraphType, name: 'GraphConnection' }, { name: 'GraphEdge' })
export const GraphVersionConnection = builder.connectionObject(
  { type: GraphVersionType, name: 'GraphVersionConnection' },
  { name: 'GraphVersionEdge' },
)
