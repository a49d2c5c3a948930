import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import type { Logger } from './logger.ts'

/** What identifies a request in log lines and answers. */
export interface RequestScope {
  /** `X-Request-Id` of the client, if it is short and has only harmless characters, otherwise a new id. */
  id: string
  /** The trace id of a valid `traceparent` header. */
  traceId?: string
}

type Header = (name: string) => string | null | undefined

const scopes = new AsyncLocalStorage<RequestScope>()

const REQUEST_ID = /^[\w.:-]{1,64}$/
const TRACE_PARENT = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}(-.*)?$/

export function readRequestScope(header: Header): RequestScope {
  const given = header('x-request-id') ?? ''
  const traceId = readTraceId(header('traceparent') ?? '')
  return { id: REQUEST_ID.test(given) ? given : randomUUID(), ...(traceId !== undefined && { traceId }) }
}

/** Only later versions than 00 may append fields. An id of zeros is invalid. Source: W3C Trace Context, 3.2 and 4.3 */
function readTraceId(traceParent: string): string | undefined {
  const [, version, traceId = '', parentId = '', more] = TRACE_PARENT.exec(traceParent) ?? []
  if (version === 'ff' || (version === '00' && more !== undefined)) return undefined
  return /[^0]/.test(traceId) && /[^0]/.test(parentId) ? traceId : undefined
}

/** Runs the work of a request. {@link currentRequest} returns the scope in everything that it calls or awaits. */
export function runInScope<T>(scope: RequestScope, work: () => T): T {
  return scopes.run(scope, work)
}

/** Binds a listener of later events to the current scope. */
export function bindToScope<Arguments extends unknown[], Result>(
  listener: (...args: Arguments) => Result,
): (...args: Arguments) => Result {
  return AsyncLocalStorage.bind(listener)
}

/** The request that the caller works for; undefined outside of requests. */
export function currentRequest(): RequestScope | undefined {
  return scopes.getStore()
}

/** Adds the id and the trace id of the current request to the lines about errors. */
export function withRequestIds(logger: Logger): Logger {
  return { info: logger.info, error: (message, error) => logger.error(`${message}${formatScope(currentRequest())}`, error) }
}

function formatScope(scope: RequestScope | undefined): string {
  if (!scope) return ''
  return ` (request ${scope.id}${scope.traceId === undefined ? '' : `, trace ${scope.traceId}`})`
}
