import { isUuid, AshlarError } from '../../base/index.ts'
import type { Database } from '../../postgres/index.ts'

/** A requested graph. */
export interface OwnedGraph {
  ownerId: string
  graphId: string
}

/** Finds the ids of the active versions with one query for the whole batch. */
export async function findActiveVersions(pool: Database['pool'], set: OwnedGraph[]): Promise<(string | AshlarError)[]> {
  const ids = set.map(({ graphId }) => graphId).filter(isUuid)
  const { rows } = await pool.query<{ id: string; owner_id: string; active_version_id: string }>({
    name: 'ashlar-active-version',
    text: 'select id, owner_id, active_version_id from graph where id = any($1) and deleted_at is null',
    values: [[...new Set(ids)]],
  })
  const found = new Map(rows.map((row) => [`${row.owner_id}/${row.id}`, row.active_version_id]))
  return set.map(({ ownerId, graphId }) => found.get(`${ownerId}/${graphId}`) ?? graphNotFound())
}

/** Also the error for a graph of another user. */
export function graphNotFound(path: readonly (string | number)[] = ['graphId']): AshlarError {
  return new AshlarError('NOT_FOUND', 'there is no graph with this id', { details: { path } })
}
