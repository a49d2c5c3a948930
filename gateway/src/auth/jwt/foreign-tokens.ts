import { hash as digest } from 'node:crypto'
import { AshlarError, Lru, showValue, type ForeignIdentity, type Runtime } from '@ashlar/core'
import type { Logger } from '../../base/logger.ts'
import { fetchKeys } from './fetch-keys.ts'
import { readIdentity, readTexts } from './identity-claims.ts'
import { createKeySet } from './key-set.ts'
import { readToken } from './read-token.ts'
import { RejectedToken } from './rejected-token.ts'
import type { TokenIssuer } from '../../base/token-issuer.ts'
import { createVerifier, type VerifiedClaims, type Verifier } from './verifier.ts'

/** The tokens of other issuers (JWTs), with which their users call the API. */
export interface ForeignTokens {
  /** Returns a token that was accepted before, while it is valid. */
  recall(token: string): AcceptedToken | undefined
  /**
   * Verifies a token.
   *
   * @throws {RejectedToken} when it is invalid
   * @throws {IssuerUnavailable} when the keys of its issuer could not be fetched yet
   * @throws {AshlarError} FORBIDDEN when no user has the identity of the token
   */
  accept(token: string): Promise<AcceptedToken>
  /** Forgets an accepted token, because its user no longer exists, so that its identity is resolved again. */
  forget(token: string): void
  /** The issuers, in the order of the configuration. An issuer is degraded while its keys cannot be fetched. */
  states(): IssuerState[]
  close(): void
}

interface AcceptedToken {
  userId: string
  /** The claim `exp` plus the clock tolerance of the issuer. */
  expiresAt: Date
  /** The values of the scopes claim. Undefined if the issuer has none: all scopes. */
  scopes: readonly string[] | undefined
}

export interface IssuerState {
  issuer: string
  status: 'ok' | 'degraded'
}

interface CachedToken extends AcceptedToken {
  verifier: Verifier
  identity: ForeignIdentity
  /** Of the keys that verified it. When they change, the token is verified again. */
  generation: number | undefined
}

const MAX_TOKENS = 10_000
const MAX_IDENTITIES = 10_000
/** The last time that a `Date` can represent, in seconds. */
const MAX_SECONDS = 8.64e12

/** Creates the error for a person who is no user of this installation. */
export function noUser(): AshlarError {
  const message = 'the token is valid, but no user of this installation has its identity: ask an administrator for access'
  return new AshlarError('FORBIDDEN', message)
}

export function createForeignTokens(
  issuers: readonly TokenIssuer[],
  identities: Runtime['identities'],
  logger: Logger,
): ForeignTokens {
  const verifiers = issuers.map((issuer) => openVerifier(issuer, logger))
  const tokens = new Lru<string, CachedToken>(MAX_TOKENS)
  const checks = new Map<string, Promise<AcceptedToken>>()
  const users = createUserIds(identities)

  async function check(token: string, hash: string): Promise<AcceptedToken> {
    const verifier = selectVerifier(verifiers, token)
    const { claims, generation } = await verifier.verify(token)
    const identity = readIdentity(claims, verifier.issuer)
    const userId = await users.find(identity, verifier.issuer.signUp)
    const accepted = { verifier, generation, identity, userId, ...readLimits(claims, verifier.issuer) }
    tokens.set(hash, accepted)
    return accepted
  }

  return {
    recall(token) {
      const found = tokens.get(hashToken(token))
      const isValid = found && found.expiresAt.getTime() > Date.now() && found.generation === found.verifier.keys?.generation
      return isValid ? found : undefined
    },
    accept(token) {
      const hash = hashToken(token)
      const running = checks.get(hash)
      if (running) return running
      const started = check(token, hash).finally(() => checks.delete(hash))
      checks.set(hash, started)
      return started
    },
    forget(token) {
      const hash = hashToken(token)
      const found = tokens.get(hash)
      if (!found) return
      tokens.delete(hash)
      users.forget(found.identity)
    },
    states: () =>
      verifiers.map(({ issuer, keys }) => ({
        issuer: issuer.issuer,
        status: keys?.failure === undefined ? 'ok' : 'degraded',
      })),
    close: () => verifiers.forEach(({ keys }) => keys?.close()),
  }
}

function openVerifier(issuer: TokenIssuer, logger: Logger): Verifier {
  if (issuer.secret !== undefined) return createVerifier(issuer, undefined)
  const name = `the keys of the token issuer ${showValue(issuer.issuer)}`
  const keys = createKeySet({
    load: (signal) => fetchKeys(issuer, signal),
    onChange(failure) {
      if (failure === undefined) logger.info(`${name} are fetched again`)
      else logger.error(`${name} cannot be fetched; keys that were fetched before remain in use: ${failure}`)
    },
  })
  return createVerifier(issuer, keys)
}

/** Two entries of one issuer have different algorithms. Each algorithm is used with the keys of its entry only. */
function selectVerifier(verifiers: readonly Verifier[], token: string): Verifier {
  const { issuer, alg } = readToken(token)
  const ofIssuer = verifiers.filter((verifier) => verifier.issuer.issuer === issuer)
  if (ofIssuer.length === 0) throw new RejectedToken(`its issuer ${showValue(issuer)} is not in ASHLAR_JWT`)
  const verifier = ofIssuer.find((each) => each.issuer.algorithms.includes(alg))
  if (!verifier) throw new RejectedToken(`its algorithm ${showValue(alg)} is not one of the "algorithms" of the issuer`)
  return verifier
}

function readLimits(claims: VerifiedClaims, issuer: TokenIssuer): Omit<AcceptedToken, 'userId'> {
  return {
    expiresAt: new Date(Math.min(claims.exp + issuer.clockToleranceSeconds, MAX_SECONDS) * 1000),
    scopes: issuer.scopesClaim === undefined ? undefined : readTexts(claims, issuer.scopesClaim),
  }
}

interface UserIds {
  /** @throws {AshlarError} FORBIDDEN when no user has the identity */
  find(identity: ForeignIdentity, mayCreate: boolean): Promise<string>
  forget(identity: ForeignIdentity): void
}

/** An identity is linked to a user for good, so the link is cached without a limit of time. */
function createUserIds(identities: Runtime['identities']): UserIds {
  const known = new Lru<string, string>(MAX_IDENTITIES)
  const toKey = ({ issuer, subject }: ForeignIdentity): string => JSON.stringify([issuer, subject])
  return {
    async find(identity, mayCreate) {
      const cached = known.get(toKey(identity))
      if (cached !== undefined) return cached
      const user = await identities.resolve(identity, { mayCreate })
      if (!user) throw noUser()
      known.set(toKey(identity), user.id)
      return user.id
    },
    forget: (identity) => known.delete(toKey(identity)),
  }
}

function hashToken(token: string): string {
  return digest('sha256', token, 'base64')
}
