import { AshlarError, showValue } from '../../../base/index.ts'
import type { HttpLimits } from './limits.ts'

export type HeaderPairs = readonly (readonly [name: string, value: string])[]

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** Headers that frame or route a message or choose its coding. They are dropped, as fetch drops forbidden headers. */
const DROPPED =
  /^(accept-charset|accept-encoding|connection|content-length|cookie2|expect|host|http2-settings|keep-alive|proxy|te|trailer|transfer-encoding|upgrade|via|proxy-.*|sec-.*)$/

/** Whether blocks and credentials may set a header of this name. */
export function isHeaderName(name: string): boolean {
  return NAME.test(name) && name.length <= 100 && !DROPPED.test(normalizeHeaderName(name))
}

/**
 * Returns the name of a header in lower case, with `-` in place of every character except letters and digits. CGI, WSGI
 * and PHP map `X-Original-URL`, `X_Original_URL` and `X.Original.URL` to the same variable.
 */
export function normalizeHeaderName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '-')
}

/** Headers that must not be sent to another origin. */
const CREDENTIALS = new Set(['authorization', 'cookie'])
/** Headers that describe a body. */
const BODY_HEADERS = new Set(['content-encoding', 'content-language', 'content-location', 'content-type'])

/**
 * Returns the headers of a request as they are sent.
 *
 * @throws {AshlarError} BAD_INPUT for an invalid header, HTTP_LIMIT
 */
export function buildRequestHeaders(pairs: HeaderPairs, limits: HttpLimits): HeaderPairs {
  const bytes = pairs.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0)
  if (pairs.length > limits.maxHeaders || bytes > limits.maxHeaderBytes)
    throw new AshlarError(
      'HTTP_LIMIT',
      `http: a request may have at most ${limits.maxHeaders} headers, with at most ${limits.maxHeaderBytes} bytes in total`,
    )
  const kept = pairs.map(([name, value]) => [name.toLowerCase(), parseHeaderValue(name, value)] as const)
  const headers = kept.filter(([name]) => !DROPPED.test(normalizeHeaderName(name)))
  const defaults = Object.entries(DEFAULTS).filter(([name]) => !headers.some(([each]) => each === name))
  return [...headers, ...defaults]
}

const DEFAULTS = { accept: '*/*', 'accept-encoding': 'gzip, deflate, br', 'user-agent': 'ashlar' }

function parseHeaderValue(name: string, value: string): string {
  const trimmed = value.replaceAll(/^[\t\n\r ]+|[\t\n\r ]+$/g, '')
  if (!NAME.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(trimmed))
    throw new AshlarError('BAD_INPUT', `http: the header ${showValue(name)} is not valid`)
  return trimmed
}

export function withoutCredentials(headers: HeaderPairs): HeaderPairs {
  return headers.filter(([name]) => !CREDENTIALS.has(name))
}

export function withoutBodyHeaders(headers: HeaderPairs): HeaderPairs {
  return headers.filter(([name]) => !BODY_HEADERS.has(name))
}

/** Returns one pair for each header line. @throws {AshlarError} HTTP_LIMIT */
export function readResponseHeaders(
  headers: Record<string, string | string[] | undefined>,
  { maxHeaders, maxHeaderBytes }: HttpLimits,
): [string, string][] {
  const pairs = Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? '']).map((each): [string, string] => [name, each]),
  )
  if (pairs.length > maxHeaders)
    throw new AshlarError(
      'HTTP_LIMIT',
      `http: the response has more than ${maxHeaders} headers, or its headers are longer than ${maxHeaderBytes} bytes in total`,
    )
  return pairs
}
