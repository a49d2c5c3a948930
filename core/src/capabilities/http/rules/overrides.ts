import { AshlarError, showValue } from '../../../base/index.ts'
import { normalizeHeaderName, type HeaderPairs } from '../message/index.ts'
import type { HttpGrants } from './grants.ts'
import { parseTarget } from './target.ts'

/**
 * Checks headers and query parameters that make a server or proxy use another method, path or host than the request
 * line. The manifest must also allow the value of such a header or parameter: the method or the host. A header that
 * names a path needs a rule without a path, because servers combine it with the path of the request in different ways.
 * Fields of a body are not checked.
 *
 * @throws {AshlarError} HTTP_DENIED
 */
export function assertOverridesAllowed(granted: HttpGrants, method: string, url: URL, headers: HeaderPairs): void {
  const named = headers.map(([name, value]) => [name, normalizeHeaderName(name), value] as const)
  const overrides = listMethodOverrides(url.search, headers)
  for (const { method: each, source } of overrides) granted.assertAllowed(each, url, source)
  for (const meant of [method, ...overrides.map((each) => each.method)])
    for (const [name, key, value] of named) {
      if (PATH.test(key)) assertPathAllowed(granted, meant, url, name, value)
      if (key === 'destination') granted.assertAllowed(meant, parseHeaderTarget(name, value, url))
      for (const other of listHostUrls(key, value, url)) granted.assertAllowed(meant, parseHeaderTarget(name, other, url))
    }
}

/** A method that servers may use instead of the method of the request line. */
interface MethodOverride {
  method: string
  /** The header or query parameter that names it, for messages. */
  source: string
}

/** @param search the query of a URL, with or without "?" */
export function listMethodOverrides(search: string, headers: HeaderPairs): MethodOverride[] {
  const inHeaders = headers.filter(([name]) => METHOD.test(normalizeHeaderName(name)))
  const inQuery = parseParameters(search).filter(([name]) => METHOD_PARAMETER.test(normalizeHeaderName(name)))
  return [
    ...inHeaders.flatMap(([name, value]) => splitMethods(`the header ${showValue(name)}`, value)),
    ...inQuery.flatMap(([name, value]) => splitMethods(`the query parameter ${showValue(name)}`, value)),
  ]
}

/** Some servers also separate parameters with ";". PHP ignores the part of a name after U+0000. */
function parseParameters(search: string): HeaderPairs {
  return search
    .replace(/^\?/, '')
    .split(/[&;]/)
    .flatMap((part) => [...new URLSearchParams(part)])
    .map(([name, value]) => [name.replace(/\0.*$/s, ''), value])
}

/**
 * `_method` of web frameworks, and the names of headers that override the method. A plain `method` is data of many
 * APIs.
 */
const METHOD_PARAMETER = /^-+method$|^-*(x-)?(http-)?method-override$|^-*x-(http-)?method$/
const METHOD = /^(x-)?((http|request|original|forwarded)-)*method(-override)?$/
const PATH =
  /^(x-)?((original|rewrite|override|forwarded|envoy|proxy|request|real|base|raw|http)-)*(url|uri|path|prefix|path-info|script-name|path-override|destinationurl)$|-copy-source$/
const HOST =
  /^(x-)?((original|rewrite|override|forwarded|envoy|proxy|request|real|http|backend|upstream|target)-)*(host|server|authority)(-override)?$/
const PORT = /^(x-)?((original|forwarded|proxy|real)-)*port$/

function splitMethods(source: string, value: string): MethodOverride[] {
  return value.split(',').map((each) => ({ method: each.trim().toUpperCase(), source }))
}

function assertPathAllowed(granted: HttpGrants, method: string, url: URL, name: string, value: string): void {
  granted.assertAnyPathAllowed(method, url, name)
  if (/^\s*([a-z][a-z0-9+.-]*:)?[\\/]{2}/i.test(value)) granted.assertAllowed(method, parseHeaderTarget(name, value, url))
}

/** Returns URLs with the hosts that a header names. Source for `forwarded`: RFC 7239, section 4. */
function listHostUrls(key: string, value: string, { protocol, hostname, pathname }: URL): string[] {
  const addressOf = (host: string): string => `${protocol}//${host.trim()}${pathname}`
  if (HOST.test(key)) return value.split(',').map(addressOf)
  if (PORT.test(key)) return value.split(',').map((port) => addressOf(`${hostname}:${port.trim()}`))
  if (key !== 'forwarded') return []
  return [...value.matchAll(/(?:^|[;,\s])host\s*=\s*("(?:[^"\\]|\\.)*"|[^;,]*)/gi)].map(([, host = '']) =>
    addressOf(host.replaceAll(/^"|"$|\\/g, '')),
  )
}

function parseHeaderTarget(name: string, value: string, url: URL): URL {
  try {
    return parseTarget(value, url)
  } catch (cause) {
    const message = `http: the header ${showValue(name)} must name a host or an http(s) URL, got ${showValue(value)}`
    throw new AshlarError('HTTP_DENIED', message, { cause })
  }
}
