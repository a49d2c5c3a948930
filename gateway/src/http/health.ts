import type { Runtime } from '@ashlar/core'
import type { IssuerState } from '../auth/jwt/index.ts'
import type { Route } from './routes.ts'

/**
 * How long one query result serves all requests. The route requires no authentication, so the number of requests is
 * unlimited.
 */
const LEVEL_AGE_MS = 1000

/**
 * `GET /health`, without authentication. Responds with 200 while the journal can be written. Otherwise it responds with
 * 503 and the error code of the database, so that a load balancer routes new requests to another server.
 *
 * @param issuers returns the states of the issuers of tokens. A degraded issuer does not make the server unavailable.
 */
export function healthRoute(
  { journal, isolation }: Pick<Runtime, 'journal' | 'isolation'>,
  issuers: () => readonly IssuerState[],
): Route {
  let level: ReturnType<typeof isolation> | undefined
  let queriedAt = -Infinity
  const readLevel = (): ReturnType<typeof isolation> => {
    if (level && performance.now() - queriedAt <= LEVEL_AGE_MS) return level
    queriedAt = performance.now()
    return (level = isolation().catch(() => undefined)) // unknown without a database
  }
  return async () => {
    const [state, level] = await Promise.all([journal.state(), readLevel()])
    const tokenIssuers = issuers()
    const status = state.writable ? 'ok' : 'unavailable'
    return Response.json(
      { status, journal: state, sandbox: { isolation: level ?? null }, ...(tokenIssuers.length > 0 && { tokenIssuers }) },
      { status: state.writable ? 200 : 503 },
    )
  }
}
