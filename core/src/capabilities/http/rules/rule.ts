import { isIP } from 'node:net'
import { AshlarError, showValue } from '../../../base/index.ts'
import { isPathGlob, matchesPath } from './path-glob.ts'
import { canonicalizeHost } from './target.ts'

/** The requests that one entry of `http` in a manifest allows. */
export interface Rule {
  /** null allows every method. */
  methods: readonly string[] | null
  /** See {@link canonicalizeHost}. */
  host: string
  /** Allows the subdomains of `host` instead of `host` itself. */
  matchesSubdomains: boolean
  /** '' is the default port of the scheme, 80 or 443; `*` is every port. */
  port: string
  /** A glob, see {@link matchesPath}; null allows every path. */
  path: string | null
}

const RULE = /^(?:(?<methods>[^ ]+) +)?(?<host>\[[^\]/ ]*\]|[^:/ ]*)(?::(?<port>[^/ ]*))?(?<path>\/[^ ]*)?$/
const METHOD = /^[A-Z]+(-[A-Z]+)*$/

/**
 * Parses `"GET,POST api.github.com/repos/*"`:
 *
 * - methods; all if omitted
 * - a host; `*.example.com` for its subdomains
 * - a port; the default of the scheme if omitted, `*` for every port
 * - a path, in which `*` matches any characters; every path if omitted
 *
 * @throws {AshlarError} BAD_INPUT with the fault
 */
export function parseRule(text: string): Rule {
  const groups = RULE.exec(text.trim())?.groups
  if (text.includes('://')) throw invalidRule(text, 'must not have a scheme; write only the host, as in "api.github.com"')
  if (/[@?#\\]/.test(text)) throw invalidRule(text, 'must not have a user, a query or a fragment')
  if (!groups) throw invalidRule(text, 'must be like "GET,POST api.github.com/repos/*"')
  const { methods, host = '', port = '', path } = groups
  if (port !== '' && port !== '*' && !(/^\d{1,5}$/.test(port) && Number(port) > 0 && Number(port) < 65_536))
    throw invalidRule(text, `has the port "${port}"; it must be a number from 1 to 65535, or "*"`)
  return {
    methods: methods === undefined ? null : parseMethods(text, methods),
    ...parseHost(text, host),
    port: port === '*' || port === '' ? port : String(Number(port)),
    path: path === undefined ? null : parsePath(text, path),
  }
}

/**
 * Formats a rule for people. The host appears as it is sent (in punycode), so that similar hosts can be distinguished.
 */
export function formatRule({ methods, host, matchesSubdomains, port, path }: Rule): string {
  return `${methods ? `${methods.join(',')} ` : ''}${matchesSubdomains ? '*.' : ''}${host}${port && `:${port}`}${path ?? ''}`
}

/** @param url see `parseTarget` */
export function allowsHost(rule: Rule, url: URL): boolean {
  if (rule.matchesSubdomains ? !url.hostname.endsWith(`.${rule.host}`) : url.hostname !== rule.host) return false
  return rule.port === '*' || effectivePort(rule.port, url) === effectivePort(url.port, url)
}

/** @param url see `parseTarget` */
export function allows(rule: Rule, method: string, url: URL): boolean {
  if (rule.methods && !rule.methods.includes(method)) return false
  return allowsHost(rule, url) && (rule.path === null || matchesPath(rule.path, url.pathname))
}

function effectivePort(port: string, { protocol }: URL): string {
  return port || (protocol === 'https:' ? '443' : '80')
}

function parseMethods(rule: string, text: string): string[] {
  const methods = text.split(',')
  const wrong = methods.find((method) => !METHOD.test(method) || isForbiddenMethod(method))
  if (wrong !== undefined) throw invalidRule(rule, `has the method ${showValue(wrong)}; methods are like "GET,POST"`)
  return [...new Set(methods)]
}

/** Whether a method is never sent. Source: Fetch standard, 2.2.1. */
export function isForbiddenMethod(method: string): boolean {
  return /^(connect|trace|track)$/i.test(method)
}

function parseHost(rule: string, text: string): Pick<Rule, 'host' | 'matchesSubdomains'> {
  const matchesSubdomains = text.startsWith('*.')
  const name = matchesSubdomains ? text.slice(2) : text
  const url = `http://${name}`
  const host = name !== '' && !name.includes('*') && URL.canParse(url) ? canonicalizeHost(new URL(url).hostname) : undefined
  const isBare = /^[*.]+$/.test(text) || (matchesSubdomains && host !== undefined && !host.includes('.'))
  if (isBare)
    throw invalidRule(
      rule,
      `has the host "${text}", which matches nearly every host; use anyHost() to allow every host explicitly`,
    )
  if (host === undefined || (matchesSubdomains && isIP(host.replaceAll(/[[\]]/g, '')) > 0))
    throw invalidRule(rule, `has the host "${text}"; it must be like "api.github.com" or "*.example.com"`)
  return { host, matchesSubdomains }
}

function parsePath(rule: string, text: string): string {
  if (/\/(\.|%2e){1,2}(\/|;|$)/i.test(text)) throw invalidRule(rule, 'must not have "." or ".." in its path')
  const { pathname } = new URL(`http://host${text}`)
  if (!isPathGlob(pathname))
    throw invalidRule(
      rule,
      'has a path that servers interpret in different ways; use UTF-8 escapes once, no ";", and no "." or space at the end of a segment',
    )
  return pathname
}

function invalidRule(rule: string, message: string): AshlarError {
  return new AshlarError('BAD_INPUT', `the http rule ${showValue(rule)} ${message}`)
}
