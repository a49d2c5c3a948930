import { errorMessage, parseJson } from '@ashlar/core'
import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'

/**
 * Parses the variables of requests without losing digits of integers. Responds with 400 to a number that is too large.
 */
export function useExactJson(): Plugin {
  return {
    onRequestParse({ url, requestParser, setRequestParser }) {
      if (!requestParser) return
      setRequestParser(async (request) => {
        // See `useRequestBody`, which limits the size and the depth of the body.
        Object.defineProperty(request, 'json', { value: async () => parseOrReject(await request.text()), configurable: true })
        const params = await requestParser(request)
        const variables = request.method === 'GET' ? url.searchParams.get('variables') : null
        if (variables === null || variables === '' || Array.isArray(params) || !('query' in params)) return params
        return { ...params, variables: parseOrReject(variables) as object }
      })
    },
  }
}

function parseOrReject(text: string): unknown {
  try {
    return parseJson(text)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new GraphQLError(errorMessage(error), { extensions: { code: 'BAD_INPUT', http: { status: 400 } } })
  }
}
