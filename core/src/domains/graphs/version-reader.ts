import { Batcher, Lru, isUuid, toOwnerIds, AshlarError, type Owners } from '../../base/index.ts'
import type { Database } from '../../postgres/index.ts'
import { findActiveVersions, graphNotFound, type OwnedGraph } from './active-versions.ts'
import { GraphVersion } from './entities.ts'

/**
 * Reads versions of graphs. Concurrent calls share statements, so that a list of graphs or versions costs as many
 * statements as one of them. A version never changes, so callers share its object.
 */
export interface VersionReader {
  /**
   * Returns versions of any owner: those of executions, and those that other versions run. They were checked when the
   * execution was started or the version was saved. Their graphs may belong to another account since then.
   */
  findPinned(ids: readonly string[]): Promise<Map<string, GraphVersion>>
  find(owners: Owners, ids: readonly string[]): Promise<Map<string, GraphVersion>>
  /** @throws {AshlarError} NOT_FOUND */
  get(ownerId: string, graphId: string, number: number): Promise<GraphVersion>
  /**
   * Returns the version that an execution runs: the version with this number, otherwise the active one.
   *
   * @throws {AshlarError} NOT_FOUND
   */
  toRun(ownerId: string, graphId: string, number?: number): Promise<GraphVersion>
}

interface NumberedVersion extends OwnedGraph {
  number: number
}

const MAX_BATCH = 500
const MAX_CACHED = 200
const MAX_NUMBER = 2 ** 31 - 1

export function createVersionReader({ fork, pool }: Pick<Database, 'fork' | 'pool'>): VersionReader {
  const active = new Batcher<OwnedGraph, string>(MAX_BATCH, (set) => findActiveVersions(pool, set))
  const byNumber = new Batcher<NumberedVersion, GraphVersion>(MAX_BATCH, (set) => findNumbered({ fork, pool }, set))
  const byId = new Batcher<string, GraphVersion | undefined>(MAX_BATCH, async (ids) => {
    const found = await fork().find(GraphVersion, { id: { $in: [...new Set(ids)] } })
    const versions = new Map(found.map((version) => [version.id, version]))
    return ids.map((id) => versions.get(id))
  })
  /** Versions that were executed recently, by owner and id. */
  const cached = new Lru<string, Promise<GraphVersion | undefined>>(MAX_CACHED)

  const cache = (key: string, versionId: string): Promise<GraphVersion | undefined> => {
    const found = byId.add(versionId)
    found.catch(() => cached.delete(key))
    cached.set(key, found)
    return found
  }
  const findPinned: VersionReader['findPinned'] = async (ids) => {
    const found = await Promise.all(ids.filter(isUuid).map((id) => byId.add(id)))
    return new Map(found.flatMap((version) => (version ? [[version.id, version]] : [])))
  }
  const get: VersionReader['get'] = (ownerId, graphId, number) => byNumber.add({ ownerId, graphId, number })

  return {
    async find(owners, ids) {
      const ownerIds = toOwnerIds(owners)
      return new Map([...(await findPinned(ids))].filter(([, version]) => ownerIds.includes(version.ownerId)))
    },
    findPinned,
    get,
    async toRun(ownerId, graphId, number) {
      if (number !== undefined) return get(ownerId, graphId, number)
      const versionId = await active.add({ ownerId, graphId })
      const key = `${ownerId}/${versionId}` // a graph can get another owner
      const version = await (cached.get(key) ?? cache(key, versionId))
      if (!version) throw new Error(`graph ${graphId} has no active version`)
      return version
    },
  }
}

const FIND_NUMBERED = `
  select given.position, v.*
  from unnest($1::uuid[], $2::uuid[], $3::int[]) with ordinality as given (owner_id, graph_id, number, position)
  join graph g on g.id = given.graph_id and g.owner_id = given.owner_id and g.deleted_at is null
  left join graph_version v on v.graph_id = g.id and v.number = given.number`

async function findNumbered(
  { pool, fork }: Pick<Database, 'fork' | 'pool'>,
  set: readonly NumberedVersion[],
): Promise<(GraphVersion | AshlarError)[]> {
  const { rows } = await pool.query<{ position: string; id: string | null }>({
    name: 'ashlar-numbered-version',
    text: FIND_NUMBERED,
    values: [
      set.map(({ ownerId }) => ownerId),
      set.map(({ graphId }) => (isUuid(graphId) ? graphId : null)),
      set.map(({ number }) => (isNumber(number) ? number : null)),
    ],
  })
  const em = fork()
  const found = new Map(
    rows.map(({ position, ...row }) => [Number(position) - 1, row.id === null ? undefined : em.map(GraphVersion, row)]),
  )
  return set.map(({ number }, i) => found.get(i) ?? (found.has(i) ? versionNotFound(number) : graphNotFound()))
}

function isNumber(number: number): boolean {
  return Number.isInteger(number) && number > 0 && number <= MAX_NUMBER
}

function versionNotFound(number: number): AshlarError {
  return new AshlarError('NOT_FOUND', `this graph has no version ${number}`, { details: { path: ['version'] } })
}
