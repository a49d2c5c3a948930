import { createHash, randomBytes, randomUUIDv7 } from 'node:crypto'
import type { EntityManager } from '@mikro-orm/postgresql'
import type pg from 'pg'
import { z } from 'zod'
import type { Provider } from '../../capabilities/index.ts'
import { AshlarError, showValue, toOwnerIds, type Owners } from '../../base/index.ts'
import { DEFAULT_NAME, badInput, toColumns, flush, nameSchema, parse, sealingContext, unknownProvider } from './credentials.ts'
import { Credential } from './entities.ts'
import { clientFor, isClientFor, type OAuthClient } from './oauth-client.ts'
import { findOAuth2, type OAuth2, type OAuthSecret } from './oauth-secret.ts'
import type { RenewalParts } from './renewals.ts'
import { requestTokens, toKnownError, UNKNOWN_REASON, type Tokens } from './token-endpoint.ts'

/**
 * OAuth 2 authorizations. Ashlar starts one, the user grants access in a browser, and the browser returns to Ashlar
 * with a code.
 */
export interface Authorizations {
  /**
   * @param userId the user who will finish it. @default the user of the personal account `ownerId`
   * @throws {AshlarError} BAD_INPUT CONFLICT
   */
  start(ownerId: string, request: AuthorizationRequest, userId?: string): Promise<{ url: string; expiresAt: Date }>
  /**
   * Finishes an authorization of the same user, which is possible once. Stores the tokens in a new credential, or in
   * the existing OAuth 2 credential of the same name.
   *
   * @param owners the accounts for which the user may add credentials. @default the personal account
   * @throws {AshlarError} BAD_INPUT NOT_FOUND AUTHORIZATION_FAILED CONFLICT HTTP_FAILED HTTP_LIMIT HTTP_BLOCKED_ADDRESS
   */
  finish(userId: string, answer: AuthorizationResponse, owners?: Owners): Promise<Credential>
  /** Whether an unfinished authorization has this state. */
  isPending(state: string): Promise<boolean>
}

interface AuthorizationRequest {
  /** Qualified. */
  provider: string
  /** @default 'default' */
  name?: string | undefined
  /** @default the default scopes of the provider */
  scopes?: readonly string[] | undefined
  /** The URL to which the service redirects the browser. */
  redirectUri: string
}

/** The parameters with which the browser returns. Source: RFC 6749, 4.1.2; RFC 9207. */
interface AuthorizationResponse {
  state?: string | undefined
  code?: string | undefined
  error?: string | undefined
  iss?: string | undefined
}

interface AuthorizationParts extends RenewalParts {
  fork(): EntityManager
  providerNames(ownerId: string): Promise<string[]>
}

/** The user who finishes an authorization, and the accounts for which the user may add credentials. */
interface Grantee {
  userId: string
  owners: Owners
}

/** The encrypted part of an unfinished authorization. */
interface PendingAuthorization {
  verifier: string
  redirectUri: string
  /** The token endpoint at the start of the authorization. */
  tokenUrl: string
}

interface Row {
  owner_id: string
  provider: string
  name: string
  scopes: string[]
  secret: Buffer
  key_id: string
  is_late: boolean
}

const LIFE_MS = 10 * 60_000
/** Unfinished authorizations per user. The oldest one is deleted. */
const MAX_PENDING = 20

const scopesSchema = z.array(z.string()).max(200)

export function createAuthorizations(parts: AuthorizationParts): Authorizations {
  return {
    start: (ownerId, request, userId = ownerId) => start(parts, { ownerId, userId }, request),
    finish: (userId, answer, owners = userId) => finish(parts, { userId, owners }, answer),
    async isPending(state) {
      const text = 'select from oauth_authorization where state_hash = $1 and expires_at > now()'
      return (await parts.pool.query(text, [sha256(state, 'hex')])).rows.length > 0
    },
  }
}

async function start(
  parts: AuthorizationParts,
  { ownerId, userId }: { ownerId: string; userId: string },
  request: AuthorizationRequest,
) {
  const provider = await parts.findProvider(ownerId, request.provider)
  if (!provider) throw unknownProvider(request.provider, await parts.providerNames(ownerId))
  const { qualifiedName } = provider
  const { auth, client } = requireClient(parts, provider)
  const name = parse(nameSchema, request.name ?? DEFAULT_NAME, 'name')
  const scopes = parseScopes(auth, request.scopes)
  await findNamed(parts.fork(), ownerId, qualifiedName, name)
  const [state, verifier] = [randomText(), randomText()]
  const { redirectUri } = request
  const waiting: PendingAuthorization = { verifier, redirectUri, tokenUrl: auth.tokenUrl }
  const expiresAt = new Date(Date.now() + LIFE_MS)
  const stateHash = sha256(state, 'hex')
  const { bytes, keyId } = parts.box.seal(JSON.stringify(waiting), pendingContext(stateHash, ownerId))
  await storePending(parts.pool, [
    stateHash,
    userId,
    ownerId,
    qualifiedName,
    name,
    JSON.stringify(scopes),
    bytes,
    keyId,
    expiresAt,
  ])
  return { url: buildAuthorizationUrl(auth, client, { state, verifier, redirectUri, scopes }), expiresAt }
}

/** @throws {AshlarError} BAD_INPUT */
function requireClient({ clients }: AuthorizationParts, provider: Provider): { auth: OAuth2; client: OAuthClient } {
  const { qualifiedName } = provider
  const auth = findOAuth2(provider)
  if (!auth) throw badInput('provider', `${qualifiedName} does not use OAuth 2; add a credential with addCredential`)
  const client = clientFor(clients, provider)
  if (client && !isClientFor(client, auth.tokenUrl))
    throw badInput(
      'provider',
      `the OAuth client of this installation for ${qualifiedName} must not be used at ${new URL(auth.tokenUrl).host}, the token endpoint of ${qualifiedName}; see "hosts" in ASHLAR_OAUTH_CLIENTS`,
    )
  if (client && (client.clientSecret !== undefined || auth.clientAuthentication === 'none')) return { auth, client }
  if (provider.accountId !== undefined)
    throw badInput(
      'provider',
      `an account has installed the plugin of ${qualifiedName}, so that no OAuth client of the operator is used for it; the owner of the installation can install the plugin for all accounts`,
    )
  const what = client ? 'client secret' : 'OAuth client'
  throw badInput(
    'provider',
    `this installation has no ${what} for ${qualifiedName}; the operator can set it with ASHLAR_OAUTH_CLIENTS`,
  )
}

function parseScopes({ scopes, defaultScopes }: OAuth2, given: readonly string[] | undefined): string[] {
  const requested = [...new Set(parse(scopesSchema, given ?? defaultScopes, 'scopes'))]
  const unknown = requested.find((scope) => !Object.hasOwn(scopes, scope))
  if (unknown === undefined) return requested
  throw badInput('scopes', `there is no scope ${showValue(unknown)}; there are ${Object.keys(scopes).join(', ') || 'none'}`)
}

/**
 * @returns the existing OAuth 2 credential of this name
 * @throws {AshlarError} CONFLICT when the credential has another type
 */
async function findNamed(em: EntityManager, ownerId: string, provider: string, name: string): Promise<Credential | null> {
  const found = await em.findOne(Credential, { ownerId, provider, name })
  if (!found || found.type === 'OAUTH2') return found
  const message = `you already have a credential for ${provider} with the name ${showValue(name)}, of type ${found.type}`
  throw new AshlarError('CONFLICT', message, { details: { path: ['name'] } })
}

function buildAuthorizationUrl(
  auth: OAuth2,
  { clientId }: OAuthClient,
  { state, verifier, redirectUri, scopes }: { state: string; verifier: string; redirectUri: string; scopes: string[] },
): string {
  const url = new URL(auth.authorizationUrl)
  const parameters = {
    ...auth.extraAuthorizationParameters,
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    state,
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    ...(auth.pkce && { code_challenge: sha256(verifier, 'base64url'), code_challenge_method: 'S256' }),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url.href
}

async function storePending(pool: pg.Pool, values: unknown[]): Promise<void> {
  const cleanup = `delete from oauth_authorization where expires_at < now() or state_hash in
    (select state_hash from oauth_authorization where user_id = $1 order by created_at desc offset ${MAX_PENDING - 1})`
  await pool.query(cleanup, [values[1]])
  const columns = 'state_hash, user_id, owner_id, provider, name, scopes, secret, key_id, expires_at'
  await pool.query(`insert into oauth_authorization (${columns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, values)
}

async function finish(parts: AuthorizationParts, grantee: Grantee, answer: AuthorizationResponse): Promise<Credential> {
  const { state, code, error } = answer
  if (!state) throw badInput('state', 'the URL has no "state"; open the URL to which the service has redirected you')
  const row = await takePending(parts.pool, grantee, state)
  const ownerId = row.owner_id
  const provider = await parts.findProvider(ownerId, row.provider)
  if (!provider) throw failed(`the provider ${row.provider} is no longer installed`)
  if (error !== undefined) throw failed(`${provider.title} has not granted access: ${toKnownError(error) ?? UNKNOWN_REASON}`)
  if (!code) throw failed(`${provider.title} has redirected you without a code`)
  const { auth, client } = requireClient(parts, provider)
  const place = pendingContext(sha256(state, 'hex'), ownerId)
  const waiting = JSON.parse(parts.box.open({ bytes: row.secret, keyId: row.key_id }, place)) as PendingAuthorization
  if (auth.tokenUrl !== waiting.tokenUrl)
    throw failed(`the provider ${row.provider} has changed since the authorization was started; start it again`)
  assertIssuer(auth, answer.iss)
  const request = { provider: row.provider, auth, client }
  const tokens = await requestTokens(parts.http, request, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: waiting.redirectUri,
    ...(auth.pkce && { code_verifier: waiting.verifier }),
  })
  return storeCredential(parts, ownerId, { provider, auth, row, tokens })
}

/**
 * Deletes and returns an unfinished authorization. One of another user stays, and the error does not reveal that it
 * exists.
 */
async function takePending(pool: pg.Pool, { userId, owners }: Grantee, state: string): Promise<Row> {
  const text = `delete from oauth_authorization where state_hash = $1 and user_id = $2 and owner_id = any($3)
                returning owner_id, provider, name, scopes, secret, key_id, expires_at < now() as is_late`
  const [row] = (await pool.query<Row>(text, [sha256(state, 'hex'), userId, toOwnerIds(owners)])).rows
  const again = 'start again with startAuthorization'
  if (!row) throw new AshlarError('NOT_FOUND', `you have not started this authorization, or it is already finished: ${again}`)
  if (row.is_late) throw failed(`this authorization was started more than ${LIFE_MS / 60_000} minutes ago: ${again}`)
  return row
}

/** Checks the issuer, if the response has one, against the provider. Source: RFC 9207. */
function assertIssuer({ authorizationUrl }: OAuth2, issuer: string | undefined): void {
  if (issuer === undefined) return
  const isSame = URL.canParse(issuer) && new URL(issuer).origin === new URL(authorizationUrl).origin
  if (!isSame) throw failed('the response comes from a service other than the provider')
}

async function storeCredential(
  { fork, box }: AuthorizationParts,
  ownerId: string,
  granted: { provider: Provider; auth: OAuth2; row: Row; tokens: Tokens },
): Promise<Credential> {
  const { provider, auth, row, tokens } = granted
  const { tokenUrl, revocationUrl } = auth
  const secret: OAuthSecret = {
    type: 'OAUTH2',
    tokenUrl,
    revocationUrl,
    accessToken: tokens.accessToken,
    refreshToken: tokens.refreshToken,
  }
  const [em, now] = [fork(), new Date()]
  const known = await findNamed(em, ownerId, row.provider, row.name)
  const id = known?.id ?? randomUUIDv7()
  const values = {
    hosts: provider.hosts,
    ...toColumns(box.seal(JSON.stringify(secret), sealingContext(id, ownerId))),
    status: 'READY' as const,
    scopes: tokens.scopes ?? row.scopes,
    expiresAt: tokens.expiresAt === undefined ? null : new Date(tokens.expiresAt),
    renewedAt: now,
    renewalUntil: null,
    updatedAt: now,
  }
  const { provider: providerName, name } = row
  const fresh = { id, ownerId, provider: providerName, name, type: 'OAUTH2' as const, createdAt: now, lastUsedAt: null }
  const credential = known ? em.assign(known, values) : em.create(Credential, { ...fresh, ...values })
  await flush(em, providerName, name)
  return credential
}

function pendingContext(stateHash: string, ownerId: string): string {
  return `authorization ${stateHash} of ${ownerId}`
}

function randomText(): string {
  return randomBytes(32).toString('base64url')
}

function sha256(text: string, encoding: 'hex' | 'base64url'): string {
  return createHash('sha256').update(text).digest(encoding)
}

function failed(message: string): AshlarError {
  return new AshlarError('AUTHORIZATION_FAILED', message)
}
