import { randomUUIDv7 } from 'node:crypto'
import type pg from 'pg'
import { toOwnerIds, type Listed, type Owners, type Page, type PageRequest } from '../base/index.ts'
import { listRows, where } from '../postgres/index.ts'
import type { HttpExchange, StoreExchange } from './http-recorder.ts'

/** A recorded exchange with the node execution that caused it. */
export interface StoredExchange extends HttpExchange {
  id: string
  executionId: string
  nodeId: string
  /** 1, 2, 3 … within the node. */
  number: number
  at: Date
}

export type ExchangeRequest = PageRequest<{ nodeId?: string | undefined }, 'TIME'>

/** Stores exchanges in the table `http_exchange`. A failure does not affect the block: its request has happened. */
export function storeExchanges(pool: pg.Pool, onError: (error: unknown) => void): StoreExchange {
  return async (executionId, nodeId, n, exchange) => {
    const values = [randomUUIDv7(), executionId, nodeId, n, JSON.stringify(exchange)]
    await pool.query({ name: 'ashlar-http-exchange', text: INSERT, values }).catch(onError)
  }
}

const INSERT = 'insert into http_exchange (id, execution_id, node_id, node_n, exchange) values ($1, $2, $3, $4, $5)'

/** The exchanges in the pages of one call, as JSON. Each page has at least one item. */
const MAX_PAGES_BYTES = 8 * 1024 * 1024

/**
 * Lists the exchanges of each execution of these owners, in the order in which they ended. A page ends early, with
 * `hasMore`, if its exchanges are large.
 */
export async function listExchanges(
  pool: pg.Pool,
  owners: Owners,
  executionIds: readonly string[],
  { filter, ...request }: ExchangeRequest,
): Promise<Map<string, Page<StoredExchange>>> {
  const source = {
    table: 'http_exchange',
    columns: 't.id, t.execution_id, t.node_id, t.node_n, t.at, octet_length(t.exchange) as bytes',
    parentColumn: 'execution_id',
    sort: { sql: 't.id', type: 'uuid' as const },
    conditions: [
      where`exists (select from execution e where e.id = t.execution_id and e.owner_id = any(${toOwnerIds(owners)}))`,
      ...(filter.nodeId === undefined ? [] : [where`t.node_id = ${filter.nodeId}`]),
    ],
  }
  const listed = await listRows<ExchangeRow>(pool, source, executionIds, request)
  const maxBytes = MAX_PAGES_BYTES / Math.max(1, executionIds.length)
  const pages = new Map([...listed].map(([id, page]) => [id, cutPage(page, maxBytes)]))
  const ids = [...pages.values()].flatMap(({ items }) => items.map(({ item }) => item.id))
  const exchanges = await readExchanges(pool, ids)
  return new Map([...pages].map(([id, page]) => [id, { ...page, items: page.items.flatMap((row) => toListed(row, exchanges)) }]))
}

/** Keeps the first items up to a number of bytes, at least one. */
function cutPage(page: Page<ExchangeRow>, maxBytes: number): Page<ExchangeRow> {
  let bytes = 0
  const end = page.items.findIndex(({ item }, i) => (bytes += item.bytes) > maxBytes && i > 0)
  return end < 0 ? page : { ...page, items: page.items.slice(0, end), hasMore: true }
}

async function readExchanges(pool: pg.Pool, ids: readonly string[]): Promise<Map<string, HttpExchange>> {
  if (ids.length === 0) return new Map()
  const { rows } = await pool.query<{ id: string; exchange: string }>(
    'select id, exchange from http_exchange where id = any($1::uuid[])',
    [ids],
  )
  return new Map(rows.map(({ id, exchange }) => [id, JSON.parse(exchange) as HttpExchange]))
}

interface ExchangeRow {
  id: string
  execution_id: string
  node_id: string
  node_n: number
  at: Date
  bytes: number
}

/** Retention may have removed the exchange since its row was listed. */
function toListed(
  { item, position }: Listed<ExchangeRow>,
  exchanges: ReadonlyMap<string, HttpExchange>,
): Listed<StoredExchange>[] {
  const { id, execution_id: executionId, node_id: nodeId, node_n: number, at } = item
  const exchange = exchanges.get(id)
  return exchange ? [{ item: { id, executionId, nodeId, number, at, ...exchange }, position }] : []
}

/** Removes exchanges that are older than the retention period of executions. */
export async function removeOldExchanges(pool: pg.Pool, retentionDays: number): Promise<void> {
  await pool.query('delete from http_exchange where at < now() - make_interval(days => $1)', [retentionDays])
}
