import type { Graph, GraphVersion } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { inOrder } from '../base/global-ids.ts'
import { defineList } from '../base/list.ts'

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

export const GraphList = defineList<Graph>()({
  type: GraphType,
  name: 'Graph',
  plural: 'graphs',
  filter: (t) => ({ text: t.string({ description: 'Text in the name or the description. Case-insensitive.' }) }),
  orderFields: { CREATED_AT: 'The time when the graph was created.' },
  defaultOrder: { field: 'CREATED_AT', direction: 'DESC' },
  locate: ({ id }) => ({ value: id, id }),
})

export const GraphVersionList = defineList<GraphVersion>()({
  type: GraphVersionType,
  name: 'GraphVersion',
  plural: 'versions',
  filter: (t) => ({ number: t.int({ description: 'The number of the version.' }) }),
  orderFields: { NUMBER: 'The number of the version.' },
  defaultOrder: { field: 'NUMBER', direction: 'DESC' },
  locate: ({ id }) => ({ value: id, id }),
})
