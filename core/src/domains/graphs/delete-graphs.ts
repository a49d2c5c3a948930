import { AshlarError, isUuid, toOwnerIds, type Owners } from '../../base/index.ts'
import type { Database } from '../../postgres/index.ts'
import { graphNotFound } from './active-versions.ts'
import { Graph } from './entities.ts'

const MAX_IDS = 100

/** Deletes all of the graphs or none: see {@link Graphs.delete}. */
export async function deleteGraphs({ fork }: Database, owners: Owners, graphIds: readonly string[]): Promise<Graph[]> {
  if (graphIds.length > MAX_IDS) {
    const message = `at most ${MAX_IDS} graphs can be deleted at once, got ${graphIds.length}`
    throw new AshlarError('BAD_INPUT', message, { details: { path: ['graphIds'] } })
  }
  return fork().transactional(async (em) => {
    const id = { $in: graphIds.filter(isUuid) }
    const ownerId = { $in: [...toOwnerIds(owners)] }
    // Locks in the order of the ids, so that two deletions do not deadlock.
    const found = await em.find(Graph, { id, ownerId, deletedAt: null }, { orderBy: { id: 'asc' }, lockMode: 4 })
    const byId = new Map(found.map((graph) => [graph.id, graph]))
    const deletedAt = new Date()
    const graphs = graphIds.map((graphId, i) => byId.get(graphId) ?? raise(graphNotFound(['graphIds', i])))
    for (const graph of found) Object.assign(graph, { deletedAt, updatedAt: deletedAt })
    return [...new Set(graphs)]
  })
}

function raise(error: Error): never {
  throw error
}
