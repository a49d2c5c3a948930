import type { Runtime } from '@ashlar/core'
import type { Route } from './routes.ts'

/** For so long one answer of the database serves all requests: anyone may send any number of them. */
const LEVEL_AGE_MS = 1000

/**
 * `GET /health`, without authentication. Responds with 200 while the journal can be written. Otherwise it responds with 503 and the
 * error code of the database, so that a load balancer routes new requests to another server.
 */
export function healthRoute({ journal, isolation }: Pick<Runtime, 'journal' | 'isolation'>): Route {
  let level: ReturnType<typeof isolation> | undefined
  let askedAt = -Infinity
  const readLevel = (): ReturnType<typeof isolation> => {
    if (level && performance.now() - askedAt <= LEVEL_AGE_MS) return level
    askedAt = performance.now()
    return (level = isolation().catch(() => undefined)) // unknown without a database
  }
  return async () => {
    const [state, level] = await Promise.all([journal.state(), readLevel()])
    const status = state.writable ? 'ok' : 'unavailable'
    return Response.json(
      { status, journal: state, sandbox: { isolation: level ?? null } },
      { status: state.writable ? 200 : 503, headers: { 'cache-control': 'no-store' } },
    )
  }
}
