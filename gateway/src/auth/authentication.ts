import type { ServerResponse } from 'node:http'
import { AshlarError, type Runtime } from '@ashlar/core'
import type { Plugin } from 'graphql-yoga'
import type { Access, Caller } from './access.ts'
import { toRequestError } from '../http/mask-error.ts'
import { factsOf } from '../http/origin.ts'

/** What the transports add to a request for the schema's context. */
export interface RequestContext extends Caller {
  /** None for a request that came without a port. */
  res?: ServerResponse
  /** The address of the client. None for a request that came without a port. */
  address?: string
}

/**
 * Lets GraphQL requests of known users through, and refuses others before their body is read. The connection of a request
 * that was authenticated by a session is cut when the session ends: its answer may be a subscription's stream.
 */
export function useAuthentication(access: Access, sessions: Runtime['browserSessions']): Plugin<object, Partial<RequestContext>> {
  return {
    async onRequestParse({ request, url, serverContext }) {
      try {
        const caller = await access.identify(factsOf((name) => request.headers.get(name), serverContext.address ?? '', url))
        Object.assign(serverContext, caller)
        const { res } = serverContext
        if (!caller.session || !res || res.closed) return
        const stop = sessions.onEnd(caller.session, () => res.destroy())
        res.once('close', stop)
      } catch (error) {
        throw error instanceof AshlarError ? toRequestError(error) : error
      }
    },
  }
}
