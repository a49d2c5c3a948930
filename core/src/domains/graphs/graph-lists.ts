import { mapPage, toOwnerIds, type Owners, type Page, type PageRequest, type TimeRange } from '../../base/index.ts'
import { listRows, rangeConditions, where, type Condition, type Database, type ListSource } from '../../postgres/index.ts'
import { Graph, GraphVersion } from './entities.ts'

/** Selects graphs. Every given field must match. */
export interface GraphFilter {
  ids?: readonly string[] | undefined
  /** Text in the name or the description, in any case. */
  text?: string | undefined
  /** A graph must have all of these labels. */
  labels?: readonly string[] | undefined
  createdAt?: TimeRange | undefined
  updatedAt?: TimeRange | undefined
}

export type GraphOrderField = 'CREATED_AT' | 'UPDATED_AT' | 'NAME'

/** Selects versions of a graph. */
export interface VersionFilter {
  createdAt?: TimeRange | undefined
}

export type VersionOrderField = 'NUMBER' | 'CREATED_AT'

/** Lists the graphs of each owner. */
export async function listGraphs(
  { pool, fork }: Pick<Database, 'pool' | 'fork'>,
  ownerIds: readonly string[],
  request: PageRequest<GraphFilter, GraphOrderField>,
): Promise<Map<string, Page<Graph>>> {
  const source: ListSource = {
    table: 'graph',
    parentColumn: 'owner_id',
    sort: GRAPH_SORT[request.orderBy.field],
    conditions: [{ sql: 't.deleted_at is null', values: [] }, ...graphConditions(request.filter)],
  }
  const pages = await listRows<{ id: string }>(pool, source, ownerIds, request)
  const em = fork()
  return new Map([...pages].map(([ownerId, page]) => [ownerId, mapPage(page, (row) => em.map(Graph, row))]))
}

/** Lists the versions of each graph. A graph of another owner has an empty page. */
export async function listVersions(
  { pool, fork }: Pick<Database, 'pool' | 'fork'>,
  owners: Owners,
  graphIds: readonly string[],
  request: PageRequest<VersionFilter, VersionOrderField>,
): Promise<Map<string, Page<GraphVersion>>> {
  const source: ListSource = {
    table: 'graph_version',
    parentColumn: 'graph_id',
    sort: VERSION_SORT[request.orderBy.field],
    conditions: [where`t.owner_id = any(${toOwnerIds(owners)})`, ...rangeConditions('t.created_at', request.filter.createdAt)],
  }
  const pages = await listRows<{ id: string }>(pool, source, graphIds, request)
  const em = fork()
  return new Map([...pages].map(([graphId, page]) => [graphId, mapPage(page, (row) => em.map(GraphVersion, row))]))
}

/** A UUID v7 begins with the time of its creation. */
const BY_CREATION = { sql: 't.id', type: 'uuid' } as const

/** Names are sorted by code points, as on every other server. */
const GRAPH_SORT: Record<GraphOrderField, ListSource['sort']> = {
  CREATED_AT: BY_CREATION,
  UPDATED_AT: { sql: 't.updated_at', type: 'timestamptz' },
  NAME: { sql: 't.name collate "C"', type: 'text' },
}

const VERSION_SORT: Record<VersionOrderField, ListSource['sort']> = {
  NUMBER: { sql: 't.number', type: 'int' },
  CREATED_AT: BY_CREATION,
}

function graphConditions({ ids, text, labels, createdAt, updatedAt }: GraphFilter): Condition[] {
  return [
    ...(ids ? [where`t.id = any(${[...ids]}::uuid[])`] : []),
    ...(text ? [where`(strpos(lower(t.name), lower(${text})) > 0 or strpos(lower(t.description), lower(${text})) > 0)`] : []),
    ...(labels && labels.length > 0 ? [where`t.labels @> ${[...labels]}::text[]`] : []),
    ...rangeConditions('t.created_at', createdAt),
    ...rangeConditions('t.updated_at', updatedAt),
  ]
}
