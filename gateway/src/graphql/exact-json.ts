import { errorMessage, parseJson } from '@ashlar/core'
import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { JsonCheck, rejecting } from './limits/index.ts'

/**
 * Parses the variables of requests without losing digits of integers. Responds with 400 to a number that is too large.
 */
export function useExactJson(): Plugin {
  return {
    onRequestParse({ url, requestParser, setRequestParser }) {
      if (!requestParser) return
      setRequestParser(async (request) => {
        // This is the request of yoga, which limits the size of the body.
        Object.defineProperty(request, 'json', { value: async () => parseOrReject(await readText(request)), configurable: true })
        const params = await requestParser(request)
        const variables = request.method === 'GET' ? url.searchParams.get('variables') : null
        if (variables === null || variables === '' || Array.isArray(params) || !('query' in params)) return params
        return { ...params, variables: parseOrReject(variables) as object }
      })
    },
  }
}

/**
 * Reads the body and checks it meanwhile, so that the server does not read the rest of a body that it rejects. To close
 * the iterator would close the connection before the client reads the answer.
 */
async function readText({ body }: Request): Promise<string> {
  const chunks: Uint8Array[] = []
  const check = new JsonCheck(1)
  const iterator = body?.[Symbol.asyncIterator]()
  for (let next = await iterator?.next(); next && next.done !== true; next = await iterator?.next()) {
    rejecting(() => check.push(next.value))
    chunks.push(next.value)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

function parseOrReject(text: string): unknown {
  try {
    return parseJson(text)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new GraphQLError(errorMessage(error), { extensions: { code: 'BAD_INPUT', http: { status: 400 } } })
  }
}
