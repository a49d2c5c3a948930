import type { Runtime } from '@ashlar/core'
import type { Route } from './routes.ts'

/**
 * `GET /health`, for everyone: 200 while the journal can be written, else 503 with the code of the database that says why, so that a load
 * balancer sends new requests elsewhere.
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
