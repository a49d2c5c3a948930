import { AshlarError, type Runtime, type User } from '@ashlar/core'
import { isForeign, type RequestFacts } from './origin.ts'
import { findSession, isSession } from './session.ts'

/** Tells who sends a request. */
export interface Access {
  /**
   * By `Authorization: Bearer <key>` or, without it, by the cookie of `/login`.
   *
   * @throws {AshlarError} UNAUTHENTICATED with how to authenticate; FORBIDDEN when a page that is not ours uses the cookie
   */
  identify(facts: RequestFacts): Promise<User>
}

/** @param publicUrl where browsers reach us, if not where we listen */
export function createAccess(accounts: Runtime['accounts'], ownerKey: string, publicUrl?: URL): Access {
  return {
    async identify(facts) {
      const user = await accounts.authenticate(
        facts.authorization === undefined ? sessionKey(facts, ownerKey, publicUrl) : bearerKey(facts.authorization),
      )
      if (!user) throw unauthenticated('this key is not known here')
      return user
    },
  }
}

function bearerKey(authorization: string): string {
  const key = /^bearer +(\S+) *$/i.exec(authorization)?.[1]
  if (key === undefined) throw unauthenticated('the Authorization header must read "Bearer <key>"')
  return key
}

/** The key that a session stands for: the owner's. */
function sessionKey(facts: RequestFacts, ownerKey: string, publicUrl: URL | undefined): string {
  const session = findSession(facts.cookie ?? '')
  if (session === undefined) throw unauthenticated('you are not logged in')
  if (isForeign(facts, publicUrl))
    throw new AshlarError('FORBIDDEN', 'a page of another origin must send an Authorization header, it cannot use the login')
  if (!isSession(session, ownerKey)) throw unauthenticated('your login has expired')
  return ownerKey
}

function unauthenticated(what: string): AshlarError {
  return new AshlarError(
    'UNAUTHENTICATED',
    `${what}: open the link that "ashlar start" printed, or send the header "Authorization: Bearer <owner key>" (the key is in the file owner-key of the data directory)`,
  )
}
