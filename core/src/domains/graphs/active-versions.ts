import { isUuid, AshlarError } from '../../base/index.ts'
import type { Database } from '../../postgres/index.ts'

/** A graph as somebody asks for it. */
export interface OwnedGraph {
  ownerId: string
  graphId: string
}

/** The ids of their active versions: one query for all that are asked for at once. */
export async function findActiveVersions(pool: Database['pool'], set: OwnedGraph[]): Promise<(string | AshlarError)[]> {
  const ids = set.map(({ graphId }) => graphId).filter(isUuid)
  const { rows } = await pool.query<{ id: string; owner_id: string; active_version_id: string }>({
    name: 'ashlar-active-version',
    text: 'select id, owner_id, active_version_id from graph where id = any($1) and deleted_at is null',
    values: [[...new Set(ids)]],
  })
  const found = new Map(rows.map((row) => [`${row.owner_id}/${row.id}`, row.active_version_id]))
  return set.map(({ ownerId, graphId }) => found.get(`${ownerId}/${graphId}`) ?? noGraph())
}

/** Also for a graph of somebody else. */
export function noGraph(): AshlarError {
  return new AshlarError('NOT_FOUND', 'there is no graph with this id', { details: { path: ['graphId'] } })
}
