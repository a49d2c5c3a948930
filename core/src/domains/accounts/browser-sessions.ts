import { createHash, randomBytes } from 'node:crypto'
import { channelName, type Database, type Notifications } from '../../postgres/index.ts'
import type { Users } from './users.ts'
import { createSessionEnds, type BrowserSession, type SessionEnds } from './session-ends.ts'

// A login token can be exchanged once for a session. A session has two secrets: `token`, which the browser stores in a
// cookie, and `pageToken`, which the page stores. Browsers send a cookie to every port of a host, so the cookie alone
// proves nothing. The database stores the SHA-256 of each secret. Each secret has 256 random bits, so a fast hash is
// sufficient.

/** Creates, checks and ends the sessions of browsers. */
export interface BrowserSessions extends SessionEnds {
  /** Creates a token that opens one session of the user. */
  createLogin(userId: string): Promise<{ token: string; expiresAt: Date }>
  /** Exchanges a login token for a session. @returns undefined when the token is unknown, used or expired */
  open(loginToken: string): Promise<NewBrowserSession | undefined>
  /** @returns undefined when the two tokens do not belong to the same session, or the session has ended */
  find(tokens: BrowserSessionTokens): Promise<BrowserSession | undefined>
  /** Ends a session in every process. */
  end(session: BrowserSession): Promise<void>
  /** Ends all sessions of a user and revokes the unused login tokens. */
  endAll(userId: string): Promise<void>
}

interface BrowserSessionTokens {
  token: string
  pageToken: string
}

interface NewBrowserSession extends BrowserSessionTokens {
  expiresAt: Date
}

export const LOGIN_MINUTES = 10
/** At most 24, the longest timer that Node supports. */
const SESSION_DAYS = 14

export function createBrowserSessions(
  { pool }: Database,
  notifications: Notifications,
  users: Users,
  onError: (error: unknown) => void,
): BrowserSessions {
  const ends = createSessionEnds(pool, notifications, onError)
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
    async open(loginToken) {
      const [token, pageToken] = [randomToken(), randomToken()]
      const { rows } = await pool.query<{ expires_at: Date }>(
        `with login as (delete from login_token where hash = $1 returning user_id, expires_at)
         insert into browser_session (hash, page_hash, user_id, created_at, expires_at)
         select $2, $3, user_id, now(), now() + interval '${SESSION_DAYS} days' from login where expires_at > now()
         returning expires_at`,
        [hashToken(loginToken), hashToken(token), hashToken(pageToken)],
      )
      return rows[0] && { token, pageToken, expiresAt: rows[0].expires_at }
    },
    async find({ token, pageToken }) {
      const { rows } = await pool.query<{ hash: string; user_id: string; expires_at: Date }>(
        'select hash, user_id, expires_at from browser_session where hash = $1 and page_hash = $2 and expires_at > now()',
        [hashToken(token), hashToken(pageToken)],
      )
      const [row] = rows
      const user = row && (await users.find([row.user_id])).get(row.user_id)
      return user && { id: row.hash, user, expiresAt: row.expires_at }
    },
    end: ({ id }) => end('hash = $1', id),
    async endAll(userId) {
      await pool.query('delete from login_token where user_id = $1', [userId])
      await end('user_id = $1', userId)
    },
    onEnd: ends.onEnd,
    close: ends.close,
  }

  async function end(which: string, value: string): Promise<void> {
    await pool.query(
      `with ended as (delete from browser_session where ${which} returning hash)
       select pg_notify('${channelName('browser_sessions')}', hash) from ended`,
      [value],
    )
  }
}

function requireExpiry([row]: readonly { expires_at: Date }[]): Date {
  if (!row) throw new Error('the login token was not stored')
  return row.expires_at
}

function randomToken(): string {
  return randomBytes(32).toString('base64url')
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
