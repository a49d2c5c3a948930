import { AshlarError, showValue } from '../../errors/index.ts'
import type { HttpLimits } from './limits.ts'

export type HeaderPairs = readonly (readonly [name: string, value: string])[]

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** Those that say how a message is framed or where it goes: they are dropped, as fetch does with forbidden ones. */
const DROPPED =
  /^(accept-charset|accept-encoding|connection|content-length|cookie2|expect|host|http2-settings|keep-alive|te|trailer|transfer-encoding|upgrade|via|proxy-.*|sec-.*)$/
/** What the server is asked for in place of the method, where it knows them. */
const METHOD_OVERRIDE = /^x-(http-method|http-method-override|method-override)$/
/** Whether it is the name of a header that others than ourselves may set. */
export function isHeaderName(name: string): boolean {
  return NAME.test(name) && name.length <= 100 && !DROPPED.test(name.toLowerCase())
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
  const headers = kept.filter(([name]) => !DROPPED.test(name))
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

/** Every method that a request may come to mean at the server. */
export function methodsMeant(method: string, headers: HeaderPairs): string[] {
  const overrides = headers.filter(([name]) => METHOD_OVERRIDE.test(name)).flatMap(([, value]) => value.split(','))
  return [method, ...overrides.map((each) => each.trim().toUpperCase())]
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
