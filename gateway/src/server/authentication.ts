import { AshlarError, type User } from '@ashlar/core'
import type { Plugin } from 'graphql-yoga'
import type { Access } from './access.ts'
import { toRequestError } from './mask-error.ts'
import { factsOf } from './origin.ts'

/** What the transports add to a request for the schema's context. */
export interface Caller {
  user: User
}

/** Lets GraphQL requests of known users through, and refuses others before their body is read. */
export function useAuthentication(access: Access): Plugin<object, Partial<Caller>> {
  return {
    async onRequestParse({ request, url, serverContext }) {
      try {
        serverContext.user = await access.identify(factsOf((name) => request.headers.get(name), url))
      } catch (error) {
        throw error instanceof AshlarError ? toRequestError(error) : error
      }
    },
  }
}
