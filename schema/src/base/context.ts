import { AshlarError, type Runtime, type User } from '@ashlar/core'

/** What every resolver gets. One per request: loaders keep what they loaded. */
export interface SchemaContext {
  runtime: Runtime
  /** Who asks. */
  user: User
  /** Where services send browsers back to. @throws {AshlarError} BAD_INPUT when this server has no address */
  redirectUri(): string
}

/** @param redirectUri undefined for a server that nobody can come back to */
export function createContext({ runtime, user, redirectUri }: ContextParts): SchemaContext {
  return {
    runtime,
    user,
    redirectUri() {
      if (redirectUri !== undefined) return redirectUri
      throw new AshlarError(
        'BAD_INPUT',
        'there is no address that the browser could come back to: run "ashlar start", or set ASHLAR_PUBLIC_URL',
      )
    },
  }
}

interface ContextParts {
  runtime: Runtime
  user: User
  redirectUri?: string | undefined
}
