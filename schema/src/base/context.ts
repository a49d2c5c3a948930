import { AshlarError, type Runtime, type User } from '@ashlar/core'

/** The context of every resolver. Each request needs its own, because loaders cache what they have loaded. */
export interface SchemaContext {
  runtime: Runtime
  /** The authenticated user. */
  user: User
  /** The id of the last event that the client of a subscription has received, if its transport sends one. */
  lastEventId?: string | undefined
  /** The URL to which services redirect browsers. @throws {AshlarError} BAD_INPUT when this server has no URL */
  redirectUri(): string
}

/** @param redirectUri undefined for a server that browsers cannot reach */
export function buildContext({ runtime, user, redirectUri, lastEventId }: ContextParts): SchemaContext {
  return {
    runtime,
    user,
    lastEventId,
    redirectUri() {
      if (redirectUri !== undefined) return redirectUri
      throw new AshlarError(
        'BAD_INPUT',
        'the service has no URL to redirect the browser to: run "ashlar start", or set ASHLAR_PUBLIC_URL',
      )
    },
  }
}

interface ContextParts {
  runtime: Runtime
  user: User
  redirectUri?: string | undefined
  lastEventId?: string | undefined
}
