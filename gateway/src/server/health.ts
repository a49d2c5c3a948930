import type { Runtime } from '@ashlar/core'
import type { Route } from './routes.ts'

/**
 * `GET /health`, without authentication. Responds with 200 while the journal can be written. Otherwise it responds with 503 and the
 * error code of the database, so that a load balancer routes new requests to another server.
 */
export function healthRoute({ journal, isolation }: Pick<Runtime, 'journal' | 'isolation'>): Route {
  return async () => {
    const [state, level] = await Promise.all([journal.state(), isolation().catch(() => undefined)]) // unknown without a database
    const status = state.writable ? 'ok' : 'unavailable'
    return Response.json(
      { status, journal: state, sandbox: { isolation: level ?? null } },
      { status: state.writable ? 200 : 503, headers: { 'cache-control': 'no-store' } },
    )
  }
}
