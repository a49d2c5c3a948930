import { createHash, randomBytes, randomUUIDv7 } from 'node:crypto'
import type { EntityManager } from '@mikro-orm/postgresql'
import type pg from 'pg'
import { z } from 'zod'
import type { Provider } from '../../capabilities/index.ts'
import { AshlarError, showValue } from '../../base/index.ts'
import { DEFAULT_NAME, bad, columnsOf, flush, nameSchema, parse, placeOf, unknownProvider } from './credentials.ts'
import { Credential } from './entities.ts'
import { isClientFor, type OAuthClient } from './oauth-client.ts'
import { oauth2Of, type OAuth2, type OAuthSecret } from './oauth-secret.ts'
import type { RenewalParts } from './renewals.ts'
import { knownError, requestTokens, type Tokens } from './token-endpoint.ts'

/** Access that users grant at services: begun here, granted in a browser, and ended here by what the browser brings back. */
export interface Authorizations {
  /** @throws {AshlarError} BAD_INPUT CONFLICT */
  start(ownerId: string, request: AuthorizationRequest): Promise<{ url: string; expiresAt: Date }>
  /**
   * Ends one that the same user has begun, once only, and keeps what was granted: as a new credential, or in place of what the OAuth 2
   * credential of that name had.
   *
   * @throws {AshlarError} BAD_INPUT NOT_FOUND AUTHORIZATION_FAILED CONFLICT HTTP_FAILED HTTP_LIMIT HTTP_BLOCKED_ADDRESS
   */
  finish(ownerId: string, answer: AuthorizationAnswer): Promise<Credential>
  /** Whether some user has begun an authorization with this state and not ended it. */
  isWaiting(state: string): Promise<boolean>
}

interface AuthorizationRequest {
  /** Qualified. */
  provider: string
  /** @default 'default' */
  name?: string | undefined
  /** @default those of the provider */
  scopes?: readonly string[] | undefined
  /** Where the service sends the browser back to. */
  redirectUri: string
}

/** What a browser brings back (RFC 6749, 4.1.2; RFC 9207). */
interface AuthorizationAnswer {
  state?: string | undefined
  code?: string | undefined
  error?: string | undefined
  iss?: string | undefined
}

interface AuthorizationParts extends RenewalParts {
  fork(): EntityManager
  providerNames(): string[]
}

/** What is sealed while it waits. */
interface Waiting {
  verifier: string
  redirectUri: string
  /** As it was when the user was asked. */
  tokenUrl: string
}

interface Row {
  provider: string
  name: string
  scopes: string[]
  secret: Buffer
  key_id: string
  is_late: boolean
}

const LIFE_MS = 10 * 60_000
/** That one user may have waiting; the oldest goes. */
const MOST_WAITING = 20

const scopesSchema = z.array(z.string()).max(200)

export function createAuthorizations(parts: AuthorizationParts): Authorizations {
  return {
    start: (ownerId, request) => start(parts, ownerId, request),
    finish: (ownerId, answer) => finish(parts, ownerId, answer),
    async isWaiting(state) {
      const text = 'select from oauth_authorization where state_hash = $1 and expires_at > now()'
      return (await parts.pool.query(text, [sha256(state, 'hex')])).rows.length > 0
    },
  }
}

async function start(parts: AuthorizationParts, ownerId: string, request: AuthorizationRequest) {
  const provider = parts.findProvider(request.provider)
  if (!provider) throw unknownProvider(request.provider, parts.providerNames())
  const { qualifiedName } = provider
  const { auth, client } = clientOf(parts, provider)
  const name = parse(nameSchema, request.name ?? DEFAULT_NAME, 'name')
  const scopes = parseScopes(auth, request.scopes)
  await findNamed(parts.fork(), ownerId, qualifiedName, name)
  const [state, verifier] = [randomText(), randomText()]
  const { redirectUri } = request
  const waiting: Waiting = { verifier, redirectUri, tokenUrl: auth.tokenUrl }
  const expiresAt = new Date(Date.now() + LIFE_MS)
  const stateHash = sha256(state, 'hex')
  const { bytes, keyId } = parts.box.seal(JSON.stringify(waiting), waitingPlace(stateHash, ownerId))
  await keepWaiting(parts.pool, [stateHash, ownerId, qualifiedName, name, JSON.stringify(scopes), bytes, keyId, expiresAt])
  return { url: addressOf(auth, client, { state, verifier, redirectUri, scopes }), expiresAt }
}

/** @throws {AshlarError} BAD_INPUT */
function clientOf({ clients }: AuthorizationParts, provider: Provider): { auth: OAuth2; client: OAuthClient } {
  const { qualifiedName } = provider
  const auth = oauth2Of(provider)
  if (!auth) throw bad('provider', `${qualifiedName} does not grant access by OAuth 2; add a credential with addCredential`)
  const client = clients[qualifiedName]
  if (client && !isClientFor(client, auth.tokenUrl))
    throw bad(
      'provider',
      `the OAuth client of this installation for ${qualifiedName} is not for ${new URL(auth.tokenUrl).host}, where ${qualifiedName} asks for tokens`,
    )
  if (client && (client.clientSecret !== undefined || auth.clientAuthentication === 'none')) return { auth, client }
  const what = client ? 'secret of its OAuth client' : 'OAuth client'
  throw bad('provider', `this installation has no ${what} for ${qualifiedName}: whoever runs it sets ASHLAR_OAUTH_CLIENTS`)
}

function parseScopes({ scopes, defaultScopes }: OAuth2, given: readonly string[] | undefined): string[] {
  const asked = [...new Set(parse(scopesSchema, given ?? defaultScopes, 'scopes'))]
  const unknown = asked.find((scope) => !Object.hasOwn(scopes, scope))
  if (unknown === undefined) return asked
  throw bad('scopes', `there is no scope ${showValue(unknown)}; there are ${Object.keys(scopes).join(', ') || 'none'}`)
}

/** @returns the credential that is authorized again @throws {AshlarError} CONFLICT when it is of another type */
async function findNamed(em: EntityManager, ownerId: string, provider: string, name: string): Promise<Credential | null> {
  const found = await em.findOne(Credential, { ownerId, provider, name })
  if (!found || found.type === 'OAUTH2') return found
  const message = `you have a credential for ${provider} that is named ${showValue(name)} already, of type ${found.type}`
  throw new AshlarError('CONFLICT', message, { details: { path: ['name'] } })
}

function addressOf(
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

async function keepWaiting(pool: pg.Pool, values: unknown[]): Promise<void> {
  const forget = `delete from oauth_authorization where expires_at < now() or state_hash in
    (select state_hash from oauth_authorization where owner_id = $1 order by created_at desc offset ${MOST_WAITING - 1})`
  await pool.query(forget, [values[1]])
  const columns = 'state_hash, owner_id, provider, name, scopes, secret, key_id, expires_at'
  await pool.query(`insert into oauth_authorization (${columns}) values ($1, $2, $3, $4, $5, $6, $7, $8)`, values)
}

async function finish(parts: AuthorizationParts, ownerId: string, answer: AuthorizationAnswer): Promise<Credential> {
  const { state, code, error } = answer
  if (!state) throw bad('state', 'the address lacks "state": open the one that the service has sent you to')
  const row = await takeWaiting(parts.pool, ownerId, state)
  const provider = parts.findProvider(row.provider)
  if (!provider) throw failed(`the provider ${row.provider} is not installed any more`)
  if (error !== undefined)
    throw failed(`${provider.title} has not granted access: ${knownError(error) ?? 'it gives a reason that is not shown'}`)
  if (!code) throw failed(`${provider.title} has sent you back without a code`)
  const { auth, client } = clientOf(parts, provider)
  const place = waitingPlace(sha256(state, 'hex'), ownerId)
  const waiting = JSON.parse(parts.box.open({ bytes: row.secret, keyId: row.key_id }, place)) as Waiting
  if (auth.tokenUrl !== waiting.tokenUrl) throw failed(`the provider ${row.provider} has changed meanwhile; begin again`)
  assertIssuer(auth, answer.iss)
  const request = { provider: row.provider, auth, client }
  const tokens = await requestTokens(parts.http, request, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: waiting.redirectUri,
    ...(auth.pkce && { code_verifier: waiting.verifier }),
  })
  return keep(parts, ownerId, { provider, auth, row, tokens })
}

/** Whoever takes it has it alone. Of one that is somebody else's nothing is told, and it stays. */
async function takeWaiting(pool: pg.Pool, ownerId: string, state: string): Promise<Row> {
  const text = `delete from oauth_authorization where state_hash = $1 and owner_id = $2
                returning provider, name, scopes, secret, key_id, expires_at < now() as is_late`
  const [row] = (await pool.query<Row>(text, [sha256(state, 'hex'), ownerId])).rows
  const again = 'begin again with startAuthorization'
  if (!row) throw new AshlarError('NOT_FOUND', `you have begun no such authorization, or it was ended already: ${again}`)
  if (row.is_late) throw failed(`this authorization was begun more than ${LIFE_MS / 60_000} minutes ago: ${again}`)
  return row
}

/** Where the service names itself, it has to be the one that was asked (RFC 9207). */
function assertIssuer({ authorizationUrl }: OAuth2, issuer: string | undefined): void {
  if (issuer === undefined) return
  const isSame = URL.canParse(issuer) && new URL(issuer).origin === new URL(authorizationUrl).origin
  if (!isSame) throw failed('the answer comes from another service than the one that was asked')
}

async function keep(
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
    ...columnsOf(box.seal(JSON.stringify(secret), placeOf(id, ownerId))),
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

function waitingPlace(stateHash: string, ownerId: string): string {
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
