import { AshlarError, showValue } from '../../base/index.ts'
import type { HttpLimits } from './limits.ts'

export type HeaderPairs = readonly (readonly [name: string, value: string])[]

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** Headers that frame a message, route it, or choose its coding: they are dropped, as fetch does with forbidden headers. */
const DROPPED =
  /^(accept-charset|accept-encoding|connection|content-length|cookie2|expect|host|http2-settings|keep-alive|proxy|te|trailer|transfer-encoding|upgrade|via|proxy-.*|sec-.*)$/

/** Whether blocks and credentials may set a header of this name. */
export function isHeaderName(name: string): boolean {
  return NAME.test(name) && name.length <= 100 && !DROPPED.test(comparable(name))
}

/**
 * The name of a header in lower case, with every character but letters and digits as `-`: CGI, WSGI and PHP make one variable of
 * `X-Original-URL`, `X_Original_URL` and `X.Original.URL`.
 */
export function comparable(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '-')
}

/** What is for one origin only. */
const CREDENTIALS = new Set(['authorization', 'cookie'])
/** What tells of a body. */
const BODY_HEADERS = new Set(['content-encoding', 'content-language', 'content-location', 'content-type'])

/**
 * The headers of a request as they may be sent.
 *
 * @throws {AshlarError} BAD_INPUT when one is no header, HTTP_LIMIT
 */
export function requestHeaders(pairs: HeaderPairs, limits: HttpLimits): HeaderPairs {
  const bytes = pairs.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0)
  if (pairs.length > limits.maxHeaders || bytes > limits.maxHeaderBytes)
    throw new AshlarError(
      'HTTP_LIMIT',
      `http: a request may have ${limits.maxHeaders} headers of ${limits.maxHeaderBytes} bytes together`,
    )
  const kept = pairs.map(([name, value]) => [name.toLowerCase(), checkedValue(name, value)] as const)
  const headers = kept.filter(([name]) => !DROPPED.test(comparable(name)))
  const defaults = Object.entries(DEFAULTS).filter(([name]) => !headers.some(([each]) => each === name))
  return [...headers, ...defaults]
}

const DEFAULTS = { accept: '*/*', 'accept-encoding': 'gzip, deflate, br', 'user-agent': 'ashlar' }

function checkedValue(name: string, value: string): string {
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

/** As pairs, each line for itself. @throws {AshlarError} HTTP_LIMIT */
export function responseHeaders(
  headers: Record<string, string | string[] | undefined>,
  { maxHeaders, maxHeaderBytes }: HttpLimits,
): [string, string][] {
  const pairs = Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? '']).map((each): [string, string] => [name, each]),
  )
  if (pairs.length > maxHeaders)
    throw new AshlarError(
      'HTTP_LIMIT',
      `http: the response has more than ${maxHeaders} headers or ${maxHeaderBytes} bytes of them`,
    )
  return pairs
}
