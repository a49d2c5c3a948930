import { createHash } from 'node:crypto'
import { AshlarError, type Caller, type Runtime } from '@ashlar/core'
import type { FailureLimit } from './failure-limit.ts'
import type { Origins, RequestFacts } from '../http/origin.ts'
import { findSessionToken } from './session-cookie.ts'
import type { TokenAccess } from './token-access.ts'

/** Authenticates requests. */
export interface Access {
  /**
   * Identifies the caller by `Authorization: Bearer <key or token>` or, without this header, by the session cookie
   * together with the page token.
   *
   * @throws {AshlarError} UNAUTHENTICATED with instructions to authenticate; FORBIDDEN when a page that is not ours
   * uses the cookie; RATE_LIMITED after too many unknown keys from the address; those of {@link TokenAccess}
   */
  identify(facts: RequestFacts): Promise<Caller>
}

interface AccessParts {
  runtime: Pick<Runtime, 'callers'>
  origins: Origins
  /** Name of the session cookie. */
  cookieName: string
  /** Identifies callers by tokens. */
  tokens: TokenAccess
  /** Limits attempts with unknown keys. */
  failures: FailureLimit
  /** The command that prints a login link. */
  loginCommand: string
}

/** Maximum number of accepted keys to remember. The limit for an address does not apply to them. */
const MAX_ACCEPTED = 1000

export function createAccess({ runtime, origins, cookieName, tokens, failures, loginCommand }: AccessParts): Access {
  const accepted = new Set<string>()
  return {
    async identify(facts) {
      if (facts.authorization !== undefined) {
        const credential = readBearer(facts.authorization)
        if (tokens.accepts(credential)) return tokens.identify(credential, facts.address)
        return authenticate(credential, facts.address)
      }
      const token = findSessionToken(facts.cookie ?? '', cookieName)
      if (token === undefined) throw unauthenticated('you are not logged in')
      if (origins.isForeign(facts))
        throw new AshlarError(
          'FORBIDDEN',
          'a page of another origin cannot use the browser session: send an Authorization header',
        )
      if (facts.pageToken === undefined)
        throw unauthenticated('a session cookie requires the page token in the header "Ashlar-Page-Token"')
      const caller = await runtime.callers.ofSession({ token, pageToken: facts.pageToken })
      if (!caller) throw unauthenticated('your session has ended: log in again')
      return caller
    },
  }

  function readBearer(authorization: string): string {
    const credential = /^bearer +(\S+) *$/i.exec(authorization)?.[1]
    if (credential === undefined) throw unauthenticated('the Authorization header must read "Bearer <key>"')
    return credential
  }

  async function authenticate(key: string, address: string): Promise<Caller> {
    const hash = createHash('sha256').update(key).digest('base64')
    if (!accepted.has(hash)) failures.assertBelowLimit(address)
    const caller = await runtime.callers.ofKey(key)
    if (!caller) {
      accepted.delete(hash)
      failures.recordFailure(address)
      throw unauthenticated('the key in the Authorization header is unknown, was revoked or has expired', {
        isInvalidToken: true,
      })
    }
    if (accepted.size >= MAX_ACCEPTED) accepted.clear()
    accepted.add(hash)
    return caller
  }

  function unauthenticated(what: string, details: { isInvalidToken?: true } = {}): AshlarError {
    return new AshlarError(
      'UNAUTHENTICATED',
      `${what}: in a browser, open /sign-in, or open a link that this command prints: ${loginCommand}; in a program, send the header "Authorization: Bearer <key>" with an API key or the owner key (in the file owner-key of the data directory)`,
      { details },
    )
  }
}
