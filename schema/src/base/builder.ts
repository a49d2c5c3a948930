import { requireScope, type ApiKeyScope } from '@ashlar/core'
import PothosBuilder from '@pothos/core'
import DataloaderPlugin from '@pothos/plugin-dataloader'
import RelayPlugin from '@pothos/plugin-relay'
import ScopeAuthPlugin, { AuthScopeFailureType, type AuthFailure } from '@pothos/plugin-scope-auth'
import type { SchemaContext } from './context.ts'
import { assertFew, decodeGlobalId, encodeGlobalId } from './global-ids.ts'
import './plugins/index.ts'

interface OwnTypes {
  Context: SchemaContext
  AuthScopes: { scope: ApiKeyScope }
  DefaultFieldNullability: false
  Scalars: {
    DateTime: { Input: Date; Output: Date }
    JSON: { Input: unknown; Output: unknown }
    Base64: { Input: Buffer; Output: Buffer }
  }
}

export const builder = new PothosBuilder<OwnTypes>({
  plugins: ['operationScopes', ScopeAuthPlugin, 'text', 'values', RelayPlugin, DataloaderPlugin],
  defaultFieldNullability: false,
  scopeAuth: {
    authScopes: ({ caller }) => ({
      scope(scope) {
        requireScope(caller, scope)
        return true
      },
    }),
    authorizeOnSubscribe: true,
    treatErrorsAsUnauthorized: true,
    unauthorizedError: (_parent, _context, _info, { failure, message }) => findError(failure) ?? message,
  },
  relay: {
    clientMutationId: 'omit',
    cursorType: 'String',
    encodeGlobalID: encodeGlobalId,
    decodeGlobalID: decodeGlobalId,
    idFieldOptions: { description: 'Global id. Clients treat it as opaque.' },
    nodeTypeOptions: { description: 'An object with a global id.' },
    nodeQueryOptions: {
      scope: 'ANY', // depends on the type of the object
      description: 'The object with this global id. Null if it does not exist or you may not see it.',
      args: { id: { description: 'Global id.' } },
    },
    nodesQueryOptions: {
      scope: 'ANY',
      nullable: { list: true, items: true },
      description: 'The objects with these global ids, in order. Null for each that does not exist or that you may not see.',
      args: { ids: { description: 'At most 100 global ids.' } },
      resolve: (_root, { ids }, _context, _info, resolveNodes) => resolveNodes(assertFew(ids)),
    },
    pageInfoTypeOptions: { description: 'The place of a page in its list.' },
    hasNextPageFieldOptions: { description: 'Whether the list continues after this page.' },
    hasPreviousPageFieldOptions: { description: 'Always false: lists are read forward.' },
    startCursorFieldOptions: { description: 'The cursor of the first item. Null if the page is empty.' },
    endCursorFieldOptions: { description: 'The cursor of the last item. Null if the page is empty.' },
  },
})

/** Returns the error that a scope has thrown. */
function findError(failure: AuthFailure): Error | undefined {
  if ('failures' in failure) return failure.failures.map(findError).find((error) => error !== undefined)
  return failure.kind === AuthScopeFailureType.AuthScope ? (failure.error ?? undefined) : undefined
}

export type SchemaTypes = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer Types> ? Types : never

builder.queryType({ description: 'Reads. They change nothing.' })
builder.mutationType({ description: 'Changes. Each takes one `input` and returns a payload with `errors`.' })
builder.subscriptionType({ description: 'Streams of events, over WebSocket (graphql-transport-ws) or server-sent events.' })
