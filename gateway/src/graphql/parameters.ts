import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'

/** Responds with 400 if `variables` or `extensions` in a query string or a form are not JSON. Yoga would treat this as an internal error. */
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
  }
}

function notJson(): GraphQLError {
  const extensions = { code: 'BAD_REQUEST', http: { status: 400 } }
  return new GraphQLError('the parameters "variables" and "extensions" must be JSON objects', { extensions })
}
