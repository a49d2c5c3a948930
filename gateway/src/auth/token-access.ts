import { API_KEY_SCOPES, AshlarError, type ApiKeyScope, type Caller, type Runtime } from '@ashlar/core'
import type { Logger } from '../base/logger.ts'
import type { FailureLimit } from './failure-limit.ts'
import type { TokenIssuer } from '../base/token-issuer.ts'
import {
  createForeignTokens,
  createRejectionLog,
  isJwt,
  IssuerUnavailable,
  noUser,
  RejectedToken,
  type ForeignTokens,
} from './jwt/index.ts'

interface TokenAccessParts {
  issuers: readonly TokenIssuer[]
  runtime: Pick<Runtime, 'identities' | 'callers'>
  /** Limits attempts with invalid tokens. */
  failures: FailureLimit
  logger: Logger
}

/** Identifies callers by the tokens of other issuers. */
export interface TokenAccess extends Pick<ForeignTokens, 'states' | 'close'> {
  /** Whether the credential is a token. Without issuers, each credential is a key. */
  accepts(credential: string): boolean
  /**
   * @throws {AshlarError} UNAUTHENTICATED for an invalid token, without the reason, which the log has; FORBIDDEN when
   * no user has the identity of the token; RATE_LIMITED after too many failures from the address; ISSUER_UNAVAILABLE
   */
  identify(token: string, address: string): Promise<Caller>
}

const RETRY_AFTER_SECONDS = 5

export function createTokenAccess({ issuers, runtime, failures, logger }: TokenAccessParts): TokenAccess {
  const tokens = createForeignTokens(issuers, runtime.identities, logger)
  const logRejection = createRejectionLog(logger)
  return {
    states: tokens.states,
    close: tokens.close,
    accepts: (credential) => issuers.length > 0 && isJwt(credential),
    async identify(token, address) {
      const { userId, expiresAt, scopes } = tokens.recall(token) ?? (await accept(token, address))
      const caller = await runtime.callers.ofUserId(userId)
      if (!caller) {
        tokens.forget(token)
        throw noUser()
      }
      return { ...caller, expiresAt, ...(scopes && { scopes: toScopes(scopes) }) }
    },
  }

  async function accept(token: string, address: string): ReturnType<ForeignTokens['accept']> {
    failures.assertBelowLimit(address)
    try {
      return await tokens.accept(token)
    } catch (error) {
      if (error instanceof IssuerUnavailable) throw unavailable()
      if (error instanceof RejectedToken || isForbidden(error)) failures.recordFailure(address)
      if (!(error instanceof RejectedToken)) throw error
      logRejection(address, error.message)
      throw new AshlarError(
        'UNAUTHENTICATED',
        'the token in the Authorization header is invalid or has expired: obtain a new one from its issuer',
        { details: { isInvalidToken: true } },
      )
    }
  }
}

function isForbidden(error: unknown): boolean {
  return error instanceof AshlarError && error.code === 'FORBIDDEN'
}

/** Other values of the claim are meant for other services. */
function toScopes(values: readonly string[]): ReadonlySet<ApiKeyScope> {
  return new Set(API_KEY_SCOPES.filter((scope) => values.includes(scope)))
}

function unavailable(): AshlarError {
  return new AshlarError(
    'ISSUER_UNAVAILABLE',
    `the token cannot be checked, because its issuer cannot be reached: try again in ${RETRY_AFTER_SECONDS} seconds`,
    { details: { retryAfterSeconds: RETRY_AFTER_SECONDS } },
  )
}
