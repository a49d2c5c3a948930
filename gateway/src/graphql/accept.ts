import type { ExecutionResult } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { acceptsType } from '../http/negotiate.ts'
import { errorAnswer, requestError } from '../http/request-error.ts'
import { sendEventStream } from './event-stream.ts'

const EVENT_STREAM = 'text/event-stream'
const NOT_ACCEPTABLE = 'NOT_ACCEPTABLE'
const JSON_TYPES = ['application/graphql-response+json', 'application/json']

/**
 * Chooses the media type of an answer. Before an operation runs, responds with 406 if the client accepts neither JSON
 * nor an event stream, and to a subscription if it does not accept an event stream.
 */
export function useAccept(): Plugin {
  return {
    onRequestParse({ request, endResponse }) {
      const accept = request.headers.get('accept')
      if (acceptsJson(accept) || acceptsType(accept, EVENT_STREAM)) return
      endResponse(
        errorAnswer(
          NOT_ACCEPTABLE,
          406,
          `send one of these types in the header Accept: ${JSON_TYPES.join(', ')}, ${EVENT_STREAM}`,
        ),
      )
    },
    onSubscribe({ args: { contextValue }, setResultAndStopExecution }) {
      const { request } = contextValue as { request?: Request }
      if (!request || acceptsType(request.headers.get('accept'), EVENT_STREAM)) return
      const message = `the answer to a subscription has the type ${EVENT_STREAM}: send it in the header Accept, or use a WebSocket`
      setResultAndStopExecution({ errors: [requestError(NOT_ACCEPTABLE, 406, message)] })
    },
    onResultProcess({ request, result, setResultProcessor }) {
      if (Array.isArray(result) || (!isStream(result) && acceptsJson(request.headers.get('accept')))) return
      setResultProcessor((_result, fetchAPI) => sendEventStream(result, findStatus(result), fetchAPI), EVENT_STREAM)
    },
  }
}

function acceptsJson(accept: string | null): boolean {
  return JSON_TYPES.some((type) => acceptsType(accept, type))
}

function isStream(result: object): result is AsyncIterable<ExecutionResult> {
  return Symbol.asyncIterator in result
}

/** The status and the headers of an error of the whole request. `spec` marks an error that JSON has with status 200. */
function findStatus(result: ExecutionResult | AsyncIterable<ExecutionResult>): { status: number; headers: object } {
  const errors = isStream(result) ? [] : (result.errors ?? [])
  for (const { extensions } of errors) {
    const { spec, status, headers = {} } = (extensions['http'] ?? {}) as HttpExtension
    if (status !== undefined && spec !== true) return { status, headers }
    if (extensions['unexpected'] === true) return { status: 500, headers }
  }
  return { status: 200, headers: {} }
}

/** How yoga and its plugins set the status of an answer. */
interface HttpExtension {
  status?: number
  headers?: object
  spec?: boolean
}
