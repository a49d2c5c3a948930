import { AsyncLocalStorage } from 'node:async_hooks'
import pg from 'pg'

const current = new AsyncLocalStorage<string[]>()
let isPatched = false

/**
 * Records the statements that `work` sends to Postgres, and not those that the runtime sends at the same time, such as
 * those of its worker, of its queue and of its timers.
 *
 * @returns the SQL of the statements, in their order
 */
export async function recordStatements(work: () => Promise<unknown>): Promise<string[]> {
  patchClients()
  const texts: string[] = []
  await current.run(texts, work)
  return texts
}

function patchClients(): void {
  if (isPatched) return
  isPatched = true
  const client = pg.Client.prototype as { query: (...args: unknown[]) => unknown }
  const { query } = client
  client.query = function (...args) {
    current.getStore()?.push(toSql(args[0]))
    return query.apply(this, args)
  }
  // A pool calls back in the context of the work that released the connection.
  const pool = pg.Pool.prototype as { connect: (callback?: (...args: unknown[]) => void) => unknown }
  const { connect } = pool
  pool.connect = function (callback) {
    return connect.call(this, callback && AsyncLocalStorage.bind(callback))
  }
}

function toSql(statement: unknown): string {
  return typeof statement === 'string' ? statement : String((statement as { text?: string }).text)
}
