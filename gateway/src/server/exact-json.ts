import { messageOf, parseJson } from '@ashlar/core'
import { GraphQLError } from 'graphql'
import type { GraphQLParams, Plugin } from 'graphql-yoga'

/** Reads the variables of requests with all digits of their integers; 400 for a number that is too large. */
export function useExactJson(): Plugin {
  return {
    onRequestParse({ request, url, requestParser, setRequestParser }) {
      if (!requestParser) return
      Object.defineProperty(request, 'json', { value: async () => parseBody(await request.text()), configurable: true })
      const variables = request.method === 'GET' ? url.searchParams.get('variables') : null
      if (variables === null || variables === '') return
      setRequestParser(async (request) => {
        const params = (await requestParser(request)) as GraphQLParams
        return { ...params, variables: parseBody(variables) as object }
      })
    },
  }
}

function parseBody(text: string): unknown {
  try {
    return parseJson(text)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new GraphQLError(messageOf(error), { extensions: { code: 'BAD_INPUT', http: { spec: true, status: 400 } } })
  }
}
