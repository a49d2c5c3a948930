import type { Runtime } from '@ashlar/core'
import type { Route } from './routes.ts'

/**
 * `GET /health`, for everyone: 200 while the journal can be written, else 503 with the code of the database that says why, so that a load
 * balancer sends new requests elsewhere.
 */
export function healthRoute({ journal }: Pick<Runtime, 'journal'>): Route {
  return async () => {
    const state = await journal.state()
    const status = state.writable ? 'ok' : 'unavailable'
    return Response.json(
      { status, journal: state },
      { status: state.writable ? 200 : 503, headers: { 'cache-control': 'no-store' } },
    )
  }
}
