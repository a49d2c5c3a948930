import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'

/** Answers 400 where `variables` or `extensions` of an address or a form are not JSON, which yoga takes for a failure of its own. */
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
