import type { ServerResponse } from 'node:http'
import { AshlarError, type Caller, type Runtime } from '@ashlar/core'
import type { Plugin } from 'graphql-yoga'
import type { Access } from './authentication.ts'
import { toRequestError } from '../http/mask-error.ts'
import { readRequestOrigin } from '../http/origin.ts'

/** The data that the transports add to a request for the context of the schema. */
export interface RequestContext {
  caller: Caller
  /** Undefined for a request to `Gateway.fetch`. */
  res?: ServerResponse
  /** The address of the client. Undefined for a request to `Gateway.fetch`. */
  address?: string
}

/**
 * Authenticates GraphQL requests. Rejects requests of unknown callers before it reads their body. When a caller may
 * do less, such as after the end of a session or a key, the server closes the connections of its requests, because a
 * response may be the stream of a subscription.
 */
export function useAuthentication(access: Access, callers: Runtime['callers']): Plugin<object, Partial<RequestContext>> {
  return {
    async onRequestParse({ request, url, serverContext }) {
      try {
        const caller = await access.identify(
          readRequestOrigin((name) => request.headers.get(name), serverContext.address ?? '', url),
        )
        serverContext.caller = caller
        const { res } = serverContext
        if (!res || res.closed) return
        const stop = callers.onEnd(caller, () => res.destroy())
        res.once('close', stop)
      } catch (error) {
        throw error instanceof AshlarError ? toRequestError(error) : error
      }
    },
  }
}
