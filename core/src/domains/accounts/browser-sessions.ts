import { createHash, randomBytes } from 'node:crypto'
import type pg from 'pg'
import { isUuid, mapPage, type Page, type PageRequest } from '../../base/index.ts'
import { listRows, where, type Database } from '../../postgres/index.ts'
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
  /** The sessions of the user that have not expired. */
  list(userId: string, request: SessionRequest): Promise<Page<OpenSession>>
  /** The sessions of the user with these ids. */
  find(userId: string, ids: readonly string[]): Promise<Map<string, OpenSession>>
  /** Ends a session in every process. @returns the session; undefined when the user has no such session */
  endOne(userId: string, id: string): Promise<OpenSession | undefined>
  /** Ends the sessions of the user in every process, except the one with the hash. @returns the ended sessions */
  endOthers(userId: string, exceptHash: string | undefined): Promise<OpenSession[]>
}

export type SessionRequest = PageRequest<{ unusedSince?: Date | undefined }, 'CREATED_AT'>

/** A session as its user sees it. */
export interface OpenSession extends Device {
  id: string
  /** The hash of its token. */
  hash: string
  createdAt: Date
  expiresAt: Date
  /** The last use, to the minute. Null before the first. */
  lastUsedAt: Date | null
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

/** @param forget is called after the sessions of a user have changed */
export function createBrowserSessions({ pool, transact }: Database, forget: (userId: string) => void): BrowserSessions {
  const endWhere = async (userId: string, which: string, value: unknown): Promise<OpenSession[]> => {
    const text = `delete from browser_session t where user_id = $1 and ${which} and ${IS_OPEN} returning *`
    const { rows } = await pool.query<SessionRow>(text, [userId, value])
    forget(userId)
    return rows.map(toOpenSession)
  }
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
    async end({ id, user }) {
      await endSessions(pool, 'hash = $1', [id])
      forget(user.id)
    },
    async endAll(userId) {
      await pool.query('delete from login_token where user_id = $1', [userId])
      await endSessions(pool, 'user_id = $1', [userId])
      forget(userId)
    },
    async list(userId, request) {
      const { unusedSince } = request.filter
      const source = {
        table: 'browser_session',
        parentColumn: 'user_id',
        sort: { sql: 't.created_at', type: 'timestamptz' as const },
        conditions: [
          where`t.expires_at > now()`,
          ...(unusedSince ? [where`coalesce(t.last_used_at, t.created_at) < ${unusedSince}`] : []),
        ],
      }
      const page = (await listRows<SessionRow>(pool, source, [userId], request)).get(userId)
      return mapPage(page ?? { items: [], hasMore: false }, toOpenSession)
    },
    async find(userId, ids) {
      const text = `select * from browser_session t where user_id = $1 and id = any($2) and ${IS_OPEN}`
      const { rows } = await pool.query<SessionRow>(text, [userId, ids.filter(isUuid)])
      return new Map(rows.map((row) => [row.id, toOpenSession(row)]))
    },
    endOne: async (userId, id) => (isUuid(id) ? (await endWhere(userId, 'id = $2', id))[0] : undefined),
    endOthers: (userId, exceptHash) => endWhere(userId, `hash is distinct from $2`, exceptHash ?? null),
  }
}

const IS_OPEN = 't.expires_at > now()'

interface SessionRow {
  id: string
  hash: string
  created_at: Date
  expires_at: Date
  last_used_at: Date | null
  user_agent: string | null
  address: string | null
}

function toOpenSession(row: SessionRow): OpenSession {
  return {
    id: row.id,
    hash: row.hash,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    userAgent: row.user_agent ?? undefined,
    address: row.address ?? undefined,
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
