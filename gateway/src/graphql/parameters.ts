import type { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { requestError } from '../http/request-error.ts'

/**
 * Responds with 400 if `variables` or `extensions` in a query string are not JSON, and if an operation is nested so
 * deeply that the parser has no stack left. Yoga would treat both as internal errors. Responds to the hash of a
 * persisted query as its protocol requires, so that clients send the query instead.
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
    onParse({ parseFn, setParseFn }) {
      setParseFn((source, options) => {
        try {
          return parseFn(source, options)
        } catch (error) {
          throw error instanceof RangeError ? tooDeep() : error
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

function tooDeep(): GraphQLError {
  return requestError('GRAPHQL_PARSE_FAILED', 400, 'the operation has too many nested fields or values')
}

/** Source: https://www.apollographql.com/docs/apollo-server/performance/apq; clients expect this message and status. */
function notSupported(): GraphQLError {
  return requestError('PERSISTED_QUERY_NOT_SUPPORTED', 200, 'PersistedQueryNotSupported')
}
