import type { Graph, GraphVersion } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { inOrder } from '../base/global-ids.ts'
import { defineList } from '../base/list.ts'
import { TimeRange } from '../base/time-range.ts'

export const GraphType = builder.loadableNodeRef('Graph', {
  id: { resolve: (graph: Graph) => graph.id },
  load: async (ids: string[], { api }) => {
    const graphs = await api.graphs.find(ids)
    return inOrder(ids, graphs)
  },
})

export const GraphVersionType = builder.loadableNodeRef('GraphVersion', {
  id: { resolve: (version: GraphVersion) => version.id },
  load: async (ids: string[], { api }) => {
    const versions = await api.graphs.findVersions(ids)
    return inOrder(ids, versions)
  },
})

export const GraphList = defineList<Graph>()({
  type: GraphType,
  name: 'Graph',
  plural: 'graphs',
  filter: (t) => ({
    text: t.string({ description: 'Part of the name or the description. Case-insensitive.' }),
    labels: t.stringList({ description: 'The graph has all of these labels.' }),
    createdAt: t.field({ type: TimeRange, description: 'When the graph was created.' }),
    updatedAt: t.field({ type: TimeRange, description: 'When the graph was last changed.' }),
  }),
  orderFields: {
    CREATED_AT: 'When the graph was created.',
    UPDATED_AT: 'When the graph was last changed.',
    NAME: 'The name, by code points: upper case before lower case.',
  },
  defaultOrder: { field: 'CREATED_AT', direction: 'DESC' },
  locate: ({ id }) => ({ value: id, id }),
})

export const GraphVersionList = defineList<GraphVersion>()({
  type: GraphVersionType,
  name: 'GraphVersion',
  plural: 'versions',
  filter: (t) => ({ createdAt: t.field({ type: TimeRange, description: 'When the version was saved.' }) }),
  orderFields: { NUMBER: 'The number of the version.', CREATED_AT: 'When the version was saved.' },
  defaultOrder: { field: 'NUMBER', direction: 'DESC' },
  locate: ({ id, number }) => ({ value: String(number), id }),
})
