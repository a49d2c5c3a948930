import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { describeRemedy, type HttpClient, type Provider } from '../capabilities/index.ts'
import { throughOutages } from '../database/index.ts'
import { AshlarError } from '../errors/index.ts'
import { placeOf } from './credentials.ts'
import type { OAuthClient } from './oauth-client.ts'
import { oauth2Of, type OAuthSecret } from './oauth-secret.ts'
import type { SecretBox } from './secret-box.ts'
import { requestTokens, type TokenRequest, type Tokens } from './token-endpoint.ts'

/** A credential of OAuth 2 as it is kept. */
export interface TokenRow {
  id: string
  owner_id: string
  provider: string
  name: string
  status: 'READY' | 'NEEDS_AUTHORIZATION'
  secret: Buffer
  key_id: string
  expires_at: Date | null
  /** When the tokens came. */
  renewed_at: Date | null
}

/** Tokens that can be used. */
export interface OpenTokens {
  secret: OAuthSecret
  expiresAt: number | undefined
  /** When they are to be renewed before they are used. */
  renewAfter: number | undefined
}

export interface RenewalParts {
  pool: pg.Pool
  box: SecretBox
  http: HttpClient
  clients: Readonly<Record<string, OAuthClient>>
  findProvider(name: string): Provider | undefined
}

/**
 * Gets new tokens for old ones, once for each credential, however many executions and workers want it at the same time.
 *
 * In a process those who want the same join the one that has begun. Among processes one takes a lease, a time in the credential's row
 * until which the others only look whether it is done; nobody holds a connection or a lock while the service is asked. What was got
 * is written where the row still holds the secret that it was got with, whoever has the lease by then, and so is the note that the
 * service has refused: so a new refresh token is never overwritten by one who came late, and never lost by one who did not.
 */
export interface Renewals {
  /** @throws {AshlarError} CREDENTIAL_EXPIRED */
  open(row: TokenRow): Promise<OpenTokens>
  /**
   * @param spent the access token that is due, or was refused
   * @returns undefined when there can be no other now: `spent` is all that there is
   * @throws {AshlarError} CREDENTIAL_MISSING CREDENTIAL_EXPIRED AUTHORIZATION_FAILED HTTP_FAILED HTTP_LIMIT HTTP_BLOCKED_ADDRESS
   */
  renew(id: string, spent: string): Promise<OpenTokens | undefined>
  /** Waits for those under way, but not for long: what a service has given out must be kept, since it may give it only once. */
  close(): Promise<void>
}

/** Renewed when it has less left, or less than half of its life. */
const DUE_BEFORE_MS = 60_000
/** One that is refused so soon after it came is refused for another reason than its age. */
const FRESH_MS = 60_000
/** Longer than the service may take, see `createHttpClient`. */
const LEASE_S = 30
const LOOK_EVERY_MS = 100
const CLOSE_WITHIN_MS = 5000

export function createRenewals(parts: RenewalParts): Renewals {
  const running = new Map<string, Promise<OpenTokens | undefined>>()
  return {
    async open(row) {
      const tokens = openTokens(parts.box, row)
      if (!isExpired(tokens) || tokens.secret.refreshToken !== undefined) return tokens
      await markExpired(parts.pool, row)
      throw expired(row)
    },
    renew(id, spent) {
      const key = `${id} ${spent}`
      const renewal = running.get(key) ?? renew(parts, id, spent).finally(() => running.delete(key))
      running.set(key, renewal)
      return renewal
    },
    async close() {
      const impatience = new AbortController()
      const { signal } = impatience
      await Promise.race([Promise.allSettled(running.values()), pause(CLOSE_WITHIN_MS, undefined, { signal }).catch(() => {})])
      impatience.abort()
    },
  }
}

async function renew(parts: RenewalParts, id: string, spent: string): Promise<OpenTokens | undefined> {
  for (const until = Date.now() + 2 * LEASE_S * 1000; Date.now() < until; await pause(LOOK_EVERY_MS)) {
    const row = await find(parts.pool, id)
    const tokens = openTokens(parts.box, row)
    if (tokens.secret.accessToken !== spent) return tokens
    if (tokens.secret.refreshToken === undefined) return undefined
    if (isFresh(row) && !isDue(tokens)) return undefined
    const lease = randomUUID()
    if (!(await takeLease(parts.pool, row, lease))) continue
    try {
      const renewed = await renewWith(parts, row, tokens)
      if (renewed) return renewed
    } catch (error) {
      await giveBack(parts.pool, id, lease)
      if (isTransient(error) && isDue(tokens) && !isExpired(tokens)) return undefined // it is good for a while yet
      throw error
    }
  }
  throw new AshlarError('HTTP_FAILED', 'the access token is being renewed by others, and does not come')
}

/** @returns undefined when the row has changed meanwhile */
async function renewWith(parts: RenewalParts, row: TokenRow, { secret }: OpenTokens): Promise<OpenTokens | undefined> {
  try {
    const request = requestOf(parts, row, secret)
    const grant = { grant_type: 'refresh_token', refresh_token: secret.refreshToken ?? '' }
    const tokens = await requestTokens(parts.http, request, grant)
    return await keep(parts, row, secret, tokens)
  } catch (error) {
    if (!(error instanceof AshlarError)) throw error
    const refusal = error.details.error
    if (error.code !== 'CREDENTIAL_EXPIRED' && refusal !== 'invalid_grant' && refusal !== 'bad_refresh_token')
      throw new AshlarError(error.code, `${nameOf(row)} cannot be renewed: ${error.message}`, { cause: error })
    if (await markExpired(parts.pool, row)) throw expired(row, error)
    return undefined
  }
}

function requestOf({ clients, findProvider }: RenewalParts, row: TokenRow, { tokenUrl }: OAuthSecret): TokenRequest {
  const auth = oauth2Of(findProvider(row.provider))
  // A provider that was changed gets no token that was granted to what it was.
  if (auth?.tokenUrl !== tokenUrl) throw expired(row)
  const client = clients[row.provider]
  if (client) return { provider: row.provider, auth, client }
  throw new AshlarError('AUTHORIZATION_FAILED', `this worker has no OAuth client for ${row.provider}, see ASHLAR_OAUTH_CLIENTS`)
}

async function keep(
  { pool, box }: RenewalParts,
  row: TokenRow,
  old: OAuthSecret,
  tokens: Tokens,
): Promise<OpenTokens | undefined> {
  const { accessToken, refreshToken = old.refreshToken, expiresAt, scopes } = tokens
  const secret: OAuthSecret = { ...old, accessToken, refreshToken }
  const sealed = box.seal(JSON.stringify(secret), placeOf(row.id, row.owner_id))
  const text = `update credential set secret = $3, key_id = $4, expires_at = $5, scopes = coalesce($6::json, scopes),
                  status = 'READY', renewed_at = now(), renewal_until = null
                where id = $1 and (secret = $2 or secret = $3)`
  const expires = expiresAt === undefined ? null : new Date(expiresAt)
  const values = [row.id, row.secret, sealed.bytes, sealed.keyId, expires, scopes ? JSON.stringify(scopes) : null]
  const { rowCount } = await throughOutages(() => pool.query(text, values))
  return rowCount === 1 ? toOpen(secret, expiresAt, Date.now()) : undefined
}

async function find(pool: pg.Pool, id: string): Promise<TokenRow> {
  const text = `select id, owner_id, provider, name, status, secret, key_id, expires_at, renewed_at
                from credential where id = $1 and type = 'OAUTH2'`
  const [row] = (await throughOutages(() => pool.query<TokenRow>(text, [id]))).rows
  if (row) return row
  throw new AshlarError(
    'CREDENTIAL_MISSING',
    'the credential was deleted while it was in use: add it again and run the graph again',
  )
}

async function takeLease(pool: pg.Pool, { id, secret }: TokenRow, lease: string): Promise<boolean> {
  const text = `update credential set renewal_id = $3, renewal_until = now() + interval '${LEASE_S} seconds'
                where id = $1 and secret = $2 and (renewal_until is null or renewal_until < now() or renewal_id = $3)`
  return (await throughOutages(() => pool.query(text, [id, secret, lease]))).rowCount === 1
}

async function giveBack(pool: pg.Pool, id: string, lease: string): Promise<void> {
  const text = 'update credential set renewal_until = null where id = $1 and renewal_id = $2'
  await throughOutages(() => pool.query(text, [id, lease]))
}

/** @returns whether it still was what the service has refused */
async function markExpired(pool: pg.Pool, { id, secret }: TokenRow): Promise<boolean> {
  const text = `update credential set status = 'NEEDS_AUTHORIZATION', renewal_until = null where id = $1 and secret = $2`
  return (await throughOutages(() => pool.query(text, [id, secret]))).rowCount === 1
}

function openTokens(box: SecretBox, row: TokenRow): OpenTokens {
  if (row.status !== 'READY') throw expired(row)
  const text = box.open({ bytes: row.secret, keyId: row.key_id }, placeOf(row.id, row.owner_id))
  return toOpen(JSON.parse(text) as OAuthSecret, row.expires_at?.getTime(), row.renewed_at?.getTime())
}

function toOpen(secret: OAuthSecret, expiresAt: number | undefined, since: number | undefined): OpenTokens {
  if (secret.refreshToken === undefined || expiresAt === undefined) return { secret, expiresAt, renewAfter: undefined }
  const halfMs = since === undefined ? DUE_BEFORE_MS : Math.max(0, expiresAt - since) / 2
  return { secret, expiresAt, renewAfter: expiresAt - Math.min(DUE_BEFORE_MS, halfMs) }
}

function isExpired({ expiresAt }: OpenTokens): boolean {
  return expiresAt !== undefined && expiresAt <= Date.now()
}

function isDue({ renewAfter }: OpenTokens): boolean {
  return renewAfter !== undefined && renewAfter < Date.now()
}

function isFresh({ renewed_at }: TokenRow): boolean {
  return renewed_at !== null && renewed_at.getTime() > Date.now() - FRESH_MS
}

function isTransient(error: unknown): boolean {
  return error instanceof AshlarError && error.code === 'HTTP_FAILED'
}

function expired(row: TokenRow, cause?: unknown): AshlarError {
  const message = `${nameOf(row)} has expired or was revoked: ${describeRemedy({ provider: row.provider, name: row.name }, ['OAUTH2'])}`
  return new AshlarError('CREDENTIAL_EXPIRED', message, { details: { provider: row.provider, name: row.name }, cause })
}

function nameOf({ name, provider }: TokenRow): string {
  return `the credential "${name}" of ${provider}`
}
