import { showValue } from '@ashlar/core'
import { errors, jwtVerify, type CryptoKey, type JWSHeaderParameters, type JWTPayload } from 'jose'
import type { KeySet } from './key-set.ts'
import { RejectedToken } from './rejected-token.ts'
import type { TokenIssuer } from '../../base/token-issuer.ts'

/** Verifies the tokens of one issuer. */
export interface Verifier {
  readonly issuer: TokenIssuer
  /** Undefined for an issuer with a secret. */
  readonly keys: KeySet | undefined
  /** @throws {RejectedToken} @throws {IssuerUnavailable} */
  verify(token: string): Promise<VerifiedToken>
}

interface VerifiedToken {
  claims: VerifiedClaims
  /** Of the keys that verified it. Undefined for an issuer with a secret. */
  generation: number | undefined
}

export interface VerifiedClaims extends JWTPayload {
  /** Seconds since 1970. */
  exp: number
}

/** A token that names no key is tried with so many keys of its type. */
const MAX_CANDIDATES = 8

/** @param keys the keys of an issuer without a secret */
export function createVerifier(issuer: TokenIssuer, keys: KeySet | undefined): Verifier {
  const options = {
    issuer: issuer.issuer,
    audience: issuer.audience,
    algorithms: issuer.algorithms,
    clockTolerance: issuer.clockToleranceSeconds,
    requiredClaims: ['exp'],
  }
  if (!keys && issuer.secret === undefined) throw new TypeError(`the issuer ${issuer.issuer} has neither keys nor a secret`)
  const secret = new TextEncoder().encode(issuer.secret)
  return {
    issuer,
    keys,
    async verify(token) {
      let generation = keys?.generation
      const getKey = async (header: JWSHeaderParameters): Promise<CryptoKey | Uint8Array> => {
        if (!keys) return secret
        const found = await keys.find(header)
        generation = found.generation
        return found.key
      }
      try {
        return { claims: requireExpiry((await jwtVerify(token, getKey, options)).payload), generation }
      } catch (error) {
        if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw toRejection(error)
        return { claims: await tryAll(token, error), generation }
      }
    },
  }

  async function tryAll(token: string, candidates: errors.JWKSMultipleMatchingKeys): Promise<VerifiedClaims> {
    let tried = 0
    for await (const key of candidates) {
      if (++tried > MAX_CANDIDATES) break
      try {
        return requireExpiry((await jwtVerify(token, key, options)).payload)
      } catch (error) {
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw toRejection(error)
      }
    }
    throw new RejectedToken('its signature is wrong')
  }
}

function requireExpiry(claims: JWTPayload): VerifiedClaims {
  const { exp } = claims
  if (exp === undefined || !Number.isFinite(exp)) throw new RejectedToken('it never expires: its claim "exp" is missing')
  return { ...claims, exp }
}

/** Errors that are not about the token stay as they are. */
function toRejection(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return new RejectedToken(`it expired at ${showTime(error.payload['exp'])}`)
  if (error instanceof errors.JWTClaimValidationFailed) return new RejectedToken(describeClaim(error))
  if (error instanceof errors.JWKSNoMatchingKey) return new RejectedToken('its key is not one of the keys of the issuer')
  if (error instanceof errors.JWSSignatureVerificationFailed) return new RejectedToken('its signature is wrong')
  if (error instanceof errors.JOSEAlgNotAllowed)
    return new RejectedToken('its algorithm is not one of the "algorithms" of the issuer')
  if (error instanceof errors.JOSEError) return new RejectedToken(`it is malformed: ${error.message}`)
  return error
}

function describeClaim({ claim, payload, reason }: errors.JWTClaimValidationFailed): string {
  if (reason === 'missing') return `its claim "${claim}" is missing`
  if (claim === 'nbf' && reason === 'check_failed') return `it is not valid before ${showTime(payload['nbf'])}`
  return `its claim "${claim}" is ${showValue(payload[claim])}`
}

function showTime(seconds: unknown): string {
  const date = new Date(Number(seconds) * 1000)
  return Number.isNaN(date.getTime()) ? showValue(seconds) : date.toISOString()
}
