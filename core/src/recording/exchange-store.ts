import { randomUUIDv7 } from 'node:crypto'
import type pg from 'pg'
import { mapPage, type Page, type PageRequest } from '../base/index.ts'
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

/** Lists the exchanges of each execution of an owner, in the order in which they ended. */
export async function listExchanges(
  pool: pg.Pool,
  ownerId: string,
  executionIds: readonly string[],
  { filter, ...request }: ExchangeRequest,
): Promise<Map<string, Page<StoredExchange>>> {
  const source = {
    table: 'http_exchange',
    parentColumn: 'execution_id',
    sort: { sql: 't.id', type: 'uuid' as const },
    conditions: [
      where`exists (select from execution e where e.id = t.execution_id and e.owner_id = ${ownerId})`,
      ...(filter.nodeId === undefined ? [] : [where`t.node_id = ${filter.nodeId}`]),
    ],
  }
  const pages = await listRows<ExchangeRow>(pool, source, executionIds, request)
  return new Map([...pages].map(([id, page]) => [id, mapPage(page, toExchange)]))
}

interface ExchangeRow {
  id: string
  execution_id: string
  node_id: string
  node_n: number
  at: Date
  exchange: string
}

function toExchange({
  id,
  execution_id: executionId,
  node_id: nodeId,
  node_n: number,
  at,
  exchange,
}: ExchangeRow): StoredExchange {
  return { id, executionId, nodeId, number, at, ...(JSON.parse(exchange) as HttpExchange) }
}

/** Removes exchanges that are older than the retention period of executions. */
export async function removeOldExchanges(pool: pg.Pool, retentionDays: number): Promise<void> {
  await pool.query('delete from http_exchange where at < now() - make_interval(days => $1)', [retentionDays])
}
