import { createHash, randomBytes } from 'node:crypto'
import type pg from 'pg'
import type { Database } from '../../postgres/index.ts'
import type { BrowserSession } from './caller.ts'

// A login token can be exchanged once for a session. A session has two secrets: `token`, which the browser stores in a
// cookie, and `pageToken`, which the page stores. Browsers send a cookie to every port of a host, so the cookie alone
// proves nothing. The database stores the SHA-256 of each secret. Each secret has 256 random bits, so a fast hash is
// sufficient.

/** Creates and ends the sessions of browsers. `Callers` checks them, and announces their end to subscribers. */
export interface BrowserSessions {
  /** Creates a token that opens one session of the user. */
  createLogin(userId: string): Promise<{ token: string; expiresAt: Date }>
  /** Exchanges a login token for a session. @returns undefined when the token is unknown, used or expired */
  open(loginToken: string, device?: Device): Promise<NewBrowserSession | undefined>
  /** Ends a session in every process. */
  end(session: BrowserSession): Promise<void>
  /** Ends all sessions of a user and revokes the unused login tokens. */
  endAll(userId: string): Promise<void>
}

/** What a user sees of the browser of a session. */
export interface Device {
  /** The `User-Agent` header. */
  userAgent?: string | undefined
  /** The address from which the session was opened. */
  address?: string | undefined
}

export interface NewBrowserSession {
  token: string
  pageToken: string
  expiresAt: Date
}

export const LOGIN_MINUTES = 10
/** At most 24, the longest timer that Node supports. */
const SESSION_DAYS = 14

export function createBrowserSessions({ pool, transact }: Database): BrowserSessions {
  return {
    async createLogin(userId) {
      await pool.query('delete from login_token where expires_at < now()')
      await pool.query('delete from browser_session where expires_at < now()')
      const token = randomToken()
      const { rows } = await pool.query<{ expires_at: Date }>(
        `insert into login_token values ($1, $2, now() + interval '${LOGIN_MINUTES} minutes') returning expires_at`,
        [hashToken(token), userId],
      )
      return { token, expiresAt: requireExpiry(rows) }
    },
    open: (loginToken, device = {}) =>
      transact(async (client) => {
        const { rows } = await client.query<{ user_id: string }>(
          'delete from login_token where hash = $1 and expires_at > now() returning user_id',
          [hashToken(loginToken)],
        )
        return rows[0] && insertSession(client, rows[0].user_id, device)
      }),
    end: ({ id }) => endSessions(pool, 'hash = $1', [id]),
    async endAll(userId) {
      await pool.query('delete from login_token where user_id = $1', [userId])
      await endSessions(pool, 'user_id = $1', [userId])
    },
  }
}

const MAX_USER_AGENT = 300

/** Opens a session of a user who has been authenticated. */
export async function insertSession(
  client: pg.PoolClient,
  userId: string,
  { userAgent, address }: Device,
): Promise<NewBrowserSession> {
  const [token, pageToken] = [randomToken(), randomToken()]
  const { rows } = await client.query<{ expires_at: Date }>(
    `insert into browser_session (hash, page_hash, user_id, created_at, expires_at, user_agent, address)
     values ($1, $2, $3, now(), now() + interval '${SESSION_DAYS} days', $4, $5) returning expires_at`,
    [hashToken(token), hashToken(pageToken), userId, userAgent?.slice(0, MAX_USER_AGENT), address],
  )
  return { token, pageToken, expiresAt: requireExpiry(rows) }
}

/** Ends sessions in every process. @param which a condition on `browser_session` with the parameters `values` */
export async function endSessions(
  runner: Pick<pg.Pool, 'query'> | Pick<pg.PoolClient, 'query'>,
  which: string,
  values: readonly string[],
): Promise<void> {
  await runner.query(`delete from browser_session where ${which}`, [...values])
}

function requireExpiry([row]: readonly { expires_at: Date }[]): Date {
  if (!row) throw new Error('the row was not stored')
  return row.expires_at
}

function randomToken(): string {
  return randomBytes(32).toString('base64url')
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
