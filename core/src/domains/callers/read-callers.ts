import { createHash } from 'node:crypto'
import { isUuid } from '../../base/index.ts'
import type { Database } from '../../postgres/index.ts'
import { includesRole, User, type AccountRole, type ApiKeyScope, type Caller } from '../accounts/index.ts'
import { hashKey } from './key-format.ts'

/** The columns of the user, and those of the key or the session. */
interface CallerRow {
  caller_roles: Record<string, AccountRole>
  key_id?: string
  key_scopes?: ApiKeyScope[] | null
  key_accounts?: string[] | null
  key_graphs?: string[] | null
  key_expires_at?: Date | null
  session_hash?: string
  session_expires_at?: Date
}

const ROLES = `(select coalesce(jsonb_object_agg(m.account_id, m.role), '{}') from member m where m.user_id = u.id)`

export interface BrowserSessionTokens {
  token: string
  pageToken: string
}

/** Reads what a user may do. */
export async function readUser(database: Database, userId: string): Promise<Caller | undefined> {
  if (!isUuid(userId)) return undefined
  return readCaller(database, `select u.*, ${ROLES} as caller_roles from app_user u where u.id = $1`, [userId])
}

/** Reads what a key may do. */
export async function readKey(database: Database, key: string): Promise<Caller | undefined> {
  return readCaller(
    database,
    `select u.*, ${ROLES} as caller_roles, k.id as key_id, k.scopes as key_scopes, k.account_ids as key_accounts,
       k.graph_ids as key_graphs, k.expires_at as key_expires_at
     from api_key k join app_user u on u.id = k.user_id
     where k.hash = $1 and (k.expires_at is null or k.expires_at > now())`,
    [hashKey(key)],
  )
}

/** Reads what the user of a browser session may do. Both tokens must belong to the session. */
export async function readSession(database: Database, { token, pageToken }: BrowserSessionTokens): Promise<Caller | undefined> {
  return readCaller(
    database,
    `select u.*, ${ROLES} as caller_roles, s.hash as session_hash, s.expires_at as session_expires_at
     from browser_session s join app_user u on u.id = s.user_id
     where s.hash = $1 and s.page_hash = $2 and s.expires_at > now()`,
    [hashToken(token), hashToken(pageToken)],
  )
}

async function readCaller({ pool, fork }: Database, text: string, values: string[]): Promise<Caller | undefined> {
  const [row] = (await pool.query<CallerRow>(text, values)).rows
  if (!row) return undefined
  const { caller_roles: roles, key_id, key_scopes, key_accounts, key_graphs, key_expires_at, ...rest } = row
  const { session_hash, session_expires_at, ...columns } = rest
  const user = fork().map(User, columns)
  return {
    user,
    roles: new Map(Object.entries(roles).filter(([id]) => !key_accounts || key_accounts.includes(id))),
    ...(key_id !== undefined && { keyId: key_id }),
    ...(key_scopes && { scopes: new Set(key_scopes) }),
    ...(key_accounts && { accountIds: new Set(key_accounts) }),
    ...(key_graphs && { graphIds: new Set(key_graphs) }),
    ...(key_expires_at && { expiresAt: key_expires_at }),
    ...(session_hash !== undefined &&
      session_expires_at && { session: { id: session_hash, user, expiresAt: session_expires_at } }),
  }
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** The subjects on which a caller depends: the user, the key and the session. */
export function subjectsOf({ user, keyId, session }: Caller): string[] {
  return [
    `user ${user.id}`,
    ...(keyId === undefined ? [] : [`key ${keyId}`]),
    ...(session === undefined ? [] : [`session ${session.id}`]),
  ]
}

/** Finds the callers who may still do everything that they could do, with one statement. */
export async function findUnchanged<C extends Caller>({ pool }: Database, callers: readonly C[]): Promise<Set<C>> {
  const { rows } = await pool.query<{ subject: string; roles: Record<string, AccountRole> | null }>(
    `select 'user ' || u.id as subject,
       ${ROLES} as roles
     from app_user u where u.id = any($1)
     union all select 'key ' || id, null from api_key where id = any($2) and (expires_at is null or expires_at > now())
     union all select 'session ' || hash, null from browser_session where hash = any($3) and expires_at > now()`,
    [
      callers.map(({ user }) => user.id),
      callers.flatMap(({ keyId }) => keyId ?? []),
      callers.flatMap(({ session }) => session?.id ?? []),
    ],
  )
  const states = new Map(rows.map(({ subject, roles }) => [subject, roles]))
  return new Set(
    callers.filter((caller) => {
      const roles = states.get(`user ${caller.user.id}`)
      return (
        subjectsOf(caller).every((subject) => states.has(subject)) &&
        [...caller.roles].every(([id, role]) => isAtLeast(roles?.[id], role))
      )
    }),
  )
}

function isAtLeast(role: AccountRole | undefined, needed: AccountRole): boolean {
  return role !== undefined && includesRole(role, needed)
}
