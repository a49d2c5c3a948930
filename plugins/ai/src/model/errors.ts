import { APICallError, JSONParseError, TypeValidationError } from '@ai-sdk/provider'
import { BlockError, type BlockErrorCode } from '@ashlar/sdk'
import type { ProviderName } from './providers.ts'
import { askedWaitMs, findCode } from './retrying-fetch.ts'

/** The model that was asked. */
export interface Asked {
  provider: ProviderName
  model: string
}

const MAX_REASON_CHARS = 500
const MAX_SHOWN_CHARS = 100

const TOO_LONG =
  /context.{0,2}(length|window|size)|maximum context|too many (input )?tokens|prompt is too long|input is too long|token count .{0,40}exceeds|exceeds? .{0,60}(context|token)|reduce the length/i
const FILTERED = /content.{0,2}(filter|policy|management)|safety (system|settings|policy)|flagged|moderation|usage polic/i
const NO_MODEL = /model.{0,80}(does not exist|not found|is not supported|unknown|not available)|(unknown|no such|invalid) model/i
/** Google refuses a wrong key with the status 400. */
const BAD_KEY = /api.?key.{0,20}(not valid|invalid|expired|not found)|API_KEY_INVALID|invalid.{0,10}api.?key/i
const NO_QUOTA = /insufficient.{0,2}(quota|balance|funds|credit)|exceeded your current quota|credit balance|billing/i

/** Converts an error of a request to a model. An error of the host, such as HTTP_DENIED, keeps its code. */
export function toModelError(error: unknown, asked: Asked): Error {
  if (error instanceof BlockError) return error
  const hostCode = findCode(error)
  if (hostCode !== undefined && /^[A-Z_]+$/.test(hostCode)) return hostError(error)
  if (APICallError.isInstance(error)) {
    const { statusCode, message, responseHeaders, responseBody = '' } = error
    return refusal(asked, { status: statusCode ?? 0, reason: message, body: responseBody, headers: new Headers(responseHeaders) })
  }
  if (error instanceof Error && error.name === 'AbortError') return error
  if (isReported(error))
    return refusal(asked, { status: toStatus(error), reason: error.message, body: '', headers: new Headers() })
  return new BlockError('SERVICE_FAILED', `${showModel(asked)}: ${describeFault(error)}`, { cause: error })
}

/** What is wrong with an answer. The messages of the AI SDK contain whole events and issues as JSON. */
function describeFault(error: unknown): string {
  const message = messageOf(error)
  if (/without a finish reason/.test(message)) return 'the answer ended early; run the node again'
  if (JSONParseError.isInstance(error))
    return `the answer is not valid: an event is not JSON: ${cut(error.text, MAX_SHOWN_CHARS)}`
  if (TypeValidationError.isInstance(error))
    return `the answer is not valid: an event does not have the form of the API: ${cut(JSON.stringify(error.value), MAX_SHOWN_CHARS)}`
  if (/Anthropic stream error/.test(message)) return 'the answer is not valid: its first event does not have the form of the API'
  return `the answer is not valid: ${cut(message)}`
}

/** An error that the service sent as an event of its answer. */
interface ReportedError {
  message: string
  type?: unknown
  code?: unknown
  statusCode?: unknown
}

function isReported(error: unknown): error is ReportedError {
  return (
    typeof error === 'object' &&
    error !== null &&
    !(error instanceof Error) &&
    'message' in error &&
    typeof error.message === 'string'
  )
}

/** The status of an answer that has not started. An unknown error is a failure of the service. */
function toStatus({ type, code, statusCode }: ReportedError): number {
  const status = [statusCode, code].map(Number).find((each) => each >= 400 && each < 600)
  return status ?? STATUSES[String(type)] ?? STATUSES[String(code)] ?? 500
}

const STATUSES: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  invalid_api_key: 401,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  insufficient_quota: 429,
}

interface Refusal {
  status: number
  /** The message of the service. */
  reason: string
  body: string
  headers: Headers
}

/** The error for an answer with a status other than 200. */
export function refusal(asked: Asked, { status, reason, body, headers }: Refusal): BlockError {
  const [code, why] = classify(status, `${reason} ${body}`, headers)
  const said = reason === '' ? '' : `: ${cut(reason)}`
  return new BlockError(code, `${showModel(asked)}: ${why}${said}`)
}

function classify(status: number, text: string, headers: Headers): [code: BlockErrorCode, why: string] {
  if (status === 401 || ((status === 400 || status === 403) && BAD_KEY.test(text)))
    return ['CREDENTIAL_EXPIRED', `the service does not accept the key of your credential (${status})`]
  if (NO_QUOTA.test(text) && status >= 400 && status < 500)
    return ['SERVICE_REFUSED', `your account at the service has no credit left (${status})`]
  if (status === 429) return ['RATE_LIMITED', `the service asks to send fewer requests (429)${showWait(headers)}`]
  if (status === 413 || (status >= 400 && status < 500 && TOO_LONG.test(text)))
    return [
      'CONTEXT_TOO_LONG',
      `the input is longer than the model accepts (${status}); shorten it, or use a model with a larger context`,
    ]
  if (status >= 400 && status < 500 && FILTERED.test(text))
    return ['CONTENT_FILTERED', `the service refuses because of its content policy (${status})`]
  if (status === 404 || (status === 400 && NO_MODEL.test(text)))
    return [
      'MODEL_NOT_FOUND',
      `the service has no such model (${status}); check the name of the model and the base URL of your credential`,
    ]
  if (status >= 500) return ['SERVICE_FAILED', `the service failed (${status})`]
  if (status >= 400) return ['SERVICE_REFUSED', `the service refuses the request (${status})`]
  return ['SERVICE_FAILED', 'the service gave an answer of another form than its API; check the base URL of your credential']
}

function showWait(headers: Headers): string {
  const waitMs = askedWaitMs(headers)
  return waitMs === undefined ? '' : `, and to wait ${Math.ceil(waitMs / 1000)} s`
}

/** The guest finds the code of the host in the causes. */
function hostError(error: unknown): Error {
  let cause = error
  while (cause instanceof Error && !('code' in cause) && cause.cause !== undefined) cause = cause.cause
  return new Error(messageOf(cause), { cause: error })
}

export function showModel({ provider, model }: Asked): string {
  return `model ${JSON.stringify(model)} of ${provider}`
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function cut(text: string, maxChars = MAX_REASON_CHARS): string {
  return text.length > maxChars ? `${text.slice(0, maxChars)}…` : text
}
