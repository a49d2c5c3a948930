import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { describeRemedy, type HttpClient } from '../../capabilities/index.ts'
import { retryDuringOutage } from '../../postgres/index.ts'
import { AshlarError } from '../../base/index.ts'
import { sealingContext } from './credentials.ts'
import type { FindProvider } from './find-provider.ts'
import { clientFor, type OAuthClient } from './oauth-client.ts'
import { findOAuth2, type OAuthSecret } from './oauth-secret.ts'
import type { SecretBox } from './secret-box.ts'
import { requestTokens, type TokenRequest, type Tokens } from './token-endpoint.ts'

/** A stored OAuth 2 credential. */
export interface TokenRow {
  id: string
  owner_id: string
  provider: string
  name: string
  status: 'READY' | 'NEEDS_AUTHORIZATION'
  secret: Buffer
  key_id: string
  expires_at: Date | null
  /** The time at which the service issued the tokens. */
  renewed_at: Date | null
}

/** Decrypted tokens. */
export interface OpenTokens {
  secret: OAuthSecret
  expiresAt: number | undefined
  /** The tokens are renewed before a use after this time. */
  renewAfter: number | undefined
}

export interface RenewalParts {
  pool: pg.Pool
  box: SecretBox
  http: HttpClient
  clients: Readonly<Record<string, OAuthClient>>
  findProvider: FindProvider
}

/**
 * Renews tokens once per credential, for any number of concurrent executions and workers.
 *
 * Within a process, all callers share one renewal. Between processes, one worker takes a lease: a time in the row of
 * the credential until which other workers only poll for the result. No worker holds a connection or a lock during the
 * request to the service. The worker stores new tokens, or the rejection by the service, only if the row still holds
 * the secret that it sent; the holder of the lease does not matter at that point. A late worker therefore cannot
 * overwrite a newer refresh token, and a new refresh token is not lost.
 */
export interface Renewals {
  /** @throws {AshlarError} CREDENTIAL_EXPIRED */
  open(row: TokenRow): Promise<OpenTokens>
  /**
   * @param spent the access token that is due or was rejected
   * @returns undefined when the service cannot issue another token now
   * @throws {AshlarError} CREDENTIAL_MISSING CREDENTIAL_EXPIRED AUTHORIZATION_FAILED HTTP_FAILED HTTP_LIMIT
   * HTTP_BLOCKED_ADDRESS
   */
  renew(id: string, spent: string): Promise<OpenTokens | undefined>
  /**
   * Waits a limited time for running renewals. Issued tokens must be stored, because a service may issue a refresh
   * token only once.
   */
  close(): Promise<void>
}

/** A token is renewed when less than this time, or less than half of its lifetime, remains. */
const DUE_BEFORE_MS = 60_000
/** A token that is rejected within this time after its issue was not rejected because of its age. */
const FRESH_MS = 60_000
/** Longer than the timeout of `createHttpClient`. */
const LEASE_S = 30
const POLL_MS = 100
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
      const timeout = new AbortController()
      const { signal } = timeout
      await Promise.race([Promise.allSettled(running.values()), pause(CLOSE_WITHIN_MS, undefined, { signal }).catch(() => {})])
      timeout.abort()
    },
  }
}

async function renew(parts: RenewalParts, id: string, spent: string): Promise<OpenTokens | undefined> {
  for (const until = Date.now() + 2 * LEASE_S * 1000; Date.now() < until; await pause(POLL_MS)) {
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
      await releaseLease(parts.pool, id, lease)
      // the current token is still valid
      if (isTransient(error) && isDue(tokens) && !isExpired(tokens)) return undefined
      throw error
    }
  }
  throw new AshlarError('HTTP_FAILED', 'another worker is renewing the access token and has not finished in time')
}

/** @returns undefined when another worker has changed the row */
async function renewWith(parts: RenewalParts, row: TokenRow, { secret }: OpenTokens): Promise<OpenTokens | undefined> {
  try {
    const request = await buildTokenRequest(parts, row, secret)
    const grant = { grant_type: 'refresh_token', refresh_token: secret.refreshToken ?? '' }
    const tokens = await requestTokens(parts.http, request, grant)
    return await storeTokens(parts, row, secret, tokens)
  } catch (error) {
    if (!(error instanceof AshlarError)) throw error
    const reason = error.details.error
    if (error.code !== 'CREDENTIAL_EXPIRED' && reason !== 'invalid_grant' && reason !== 'bad_refresh_token')
      throw new AshlarError(error.code, `${describeCredential(row)} cannot be renewed: ${error.message}`, { cause: error })
    if (await markExpired(parts.pool, row)) throw expired(row, error)
    return undefined
  }
}

async function buildTokenRequest(
  { clients, findProvider }: RenewalParts,
  row: TokenRow,
  { tokenUrl }: OAuthSecret,
): Promise<TokenRequest> {
  const provider = await findProvider(row.owner_id, row.provider)
  const auth = findOAuth2(provider)
  // If the token endpoint of the provider has changed, it must not receive tokens of the previous endpoint.
  if (auth?.tokenUrl !== tokenUrl) throw expired(row)
  const client = clientFor(clients, provider)
  if (client) return { provider: row.provider, auth, client }
  throw new AshlarError('AUTHORIZATION_FAILED', `this worker has no OAuth client for ${row.provider}; set ASHLAR_OAUTH_CLIENTS`)
}

async function storeTokens(
  { pool, box }: RenewalParts,
  row: TokenRow,
  old: OAuthSecret,
  tokens: Tokens,
): Promise<OpenTokens | undefined> {
  const { accessToken, refreshToken = old.refreshToken, expiresAt, scopes } = tokens
  const secret: OAuthSecret = { ...old, accessToken, refreshToken }
  const sealed = box.seal(JSON.stringify(secret), sealingContext(row.id, row.owner_id))
  const text = `update credential set secret = $3, key_id = $4, expires_at = $5, scopes = coalesce($6::json, scopes),
                  status = 'READY', renewed_at = now(), renewal_until = null
                where id = $1 and (secret = $2 or secret = $3)`
  const expires = expiresAt === undefined ? null : new Date(expiresAt)
  const values = [row.id, row.secret, sealed.bytes, sealed.keyId, expires, scopes ? JSON.stringify(scopes) : null]
  const { rowCount } = await retryDuringOutage(() => pool.query(text, values))
  return rowCount === 1 ? toOpenTokens(secret, expiresAt, Date.now()) : undefined
}

async function find(pool: pg.Pool, id: string): Promise<TokenRow> {
  const text = `select id, owner_id, provider, name, status, secret, key_id, expires_at, renewed_at
                from credential where id = $1 and type = 'OAUTH2'`
  const [row] = (await retryDuringOutage(() => pool.query<TokenRow>(text, [id]))).rows
  if (row) return row
  throw new AshlarError(
    'CREDENTIAL_MISSING',
    'the credential was deleted while it was in use; add it again and run the graph again',
  )
}

async function takeLease(pool: pg.Pool, { id, secret }: TokenRow, lease: string): Promise<boolean> {
  const text = `update credential set renewal_id = $3, renewal_until = now() + interval '${LEASE_S} seconds'
                where id = $1 and secret = $2 and (renewal_until is null or renewal_until < now() or renewal_id = $3)`
  return (await retryDuringOutage(() => pool.query(text, [id, secret, lease]))).rowCount === 1
}

async function releaseLease(pool: pg.Pool, id: string, lease: string): Promise<void> {
  const text = 'update credential set renewal_until = null where id = $1 and renewal_id = $2'
  await retryDuringOutage(() => pool.query(text, [id, lease]))
}

/** @returns whether the row still held the secret that the service has rejected */
async function markExpired(pool: pg.Pool, { id, secret }: TokenRow): Promise<boolean> {
  const text = `update credential set status = 'NEEDS_AUTHORIZATION', renewal_until = null where id = $1 and secret = $2`
  return (await retryDuringOutage(() => pool.query(text, [id, secret]))).rowCount === 1
}

function openTokens(box: SecretBox, row: TokenRow): OpenTokens {
  if (row.status !== 'READY') throw expired(row)
  const text = box.open({ bytes: row.secret, keyId: row.key_id }, sealingContext(row.id, row.owner_id))
  return toOpenTokens(JSON.parse(text) as OAuthSecret, row.expires_at?.getTime(), row.renewed_at?.getTime())
}

function toOpenTokens(secret: OAuthSecret, expiresAt: number | undefined, since: number | undefined): OpenTokens {
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
  const message = `${describeCredential(row)} has expired or was revoked: ${describeRemedy({ provider: row.provider, name: row.name }, ['OAUTH2'])}`
  return new AshlarError('CREDENTIAL_EXPIRED', message, { details: { provider: row.provider, name: row.name }, cause })
}

function describeCredential({ name, provider }: TokenRow): string {
  return `the credential "${name}" of ${provider}`
}
