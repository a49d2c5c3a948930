import type { Plugin } from 'graphql-yoga'
import { currentRequest, readRequestScope, runInScope } from '../base/request-scope.ts'

/** Gives each request an id: the answer has it in `X-Request-Id`, and log lines about errors have it too. */
export function useRequestIds(): Plugin {
  return {
    instrumentation: {
      request: ({ request }, handle) =>
        runInScope(
          readRequestScope((name) => request.headers.get(name)),
          handle,
        ),
    },
    onResponse({ response }) {
      response.headers.set('x-request-id', currentRequest()?.id ?? '')
    },
  }
}
