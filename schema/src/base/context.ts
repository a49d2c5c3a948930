import { AshlarError, type Caller, type CallerApi, type Runtime } from '@ashlar/core'

/** What resolvers use directly, because it belongs to no account. The rest is in {@link SchemaContext.api}. */
type SharedServices = Pick<
  Runtime,
  | 'catalogue'
  | 'graphWarnings'
  | 'graphs'
  | 'interchange'
  | 'isolation'
  | 'plugins'
  | 'pluginStore'
  | 'users'
  | 'sandboxLimits'
  | 'upgrades'
>

/** The context of every resolver. Each request needs its own, because loaders cache what they have loaded. */
export interface SchemaContext {
  runtime: SharedServices
  /** The authenticated sender of the request. */
  caller: Caller
  /** What the caller may do. It checks scopes, roles and accounts. */
  api: CallerApi
  /** The id of the last event that the client of a subscription has received, if its transport sends one. */
  lastEventId?: string | undefined
  /** The URL to which services redirect browsers. @throws {AshlarError} BAD_INPUT when this server has no URL */
  redirectUri(): string
}

/** @param redirectUri undefined for a server that browsers cannot reach */
export function buildContext({ runtime, caller, redirectUri, lastEventId }: ContextParts): SchemaContext {
  return {
    runtime,
    caller,
    api: runtime.as(caller),
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
  caller: Caller
  redirectUri?: string | undefined
  lastEventId?: string | undefined
}
