import type { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { requestError } from '../http/request-error.ts'

/**
 * Responds with 400 if `variables` or `extensions` in a query string are not JSON. Yoga would treat this as an internal
 * error. Responds to the hash of a persisted query as its protocol requires, so that clients send the query instead.
 */
export function useStrictParameters(): Plugin {
  return {
    onRequestParse({ requestParser, setRequestParser }) {
      if (!requestParser) return
      setRequestParser(async (request) => {
        try {
          return await requestParser(request)
        } catch (error) {
          if (error instanceof SyntaxError) throw notJson()
          throw error
        }
      })
    },
    onParams({ params: { query, extensions } }) {
      if (query == null && extensions?.['persistedQuery'] != null) throw notSupported()
    },
  }
}

function notJson(): GraphQLError {
  return requestError('BAD_REQUEST', 400, 'the parameters "variables" and "extensions" must be JSON objects')
}

/** Source: https://www.apollographql.com/docs/apollo-server/performance/apq; clients expect this message and status. */
function notSupported(): GraphQLError {
  return requestError('PERSISTED_QUERY_NOT_SUPPORTED', 200, 'PersistedQueryNotSupported')
}
