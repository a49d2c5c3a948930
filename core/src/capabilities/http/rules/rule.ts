import { isIP } from 'node:net'
import { AshlarError, showValue } from '../../../errors/index.ts'
import { isPathGlob, matchesPath } from './path-glob.ts'
import { canonicalHost } from './target.ts'

/** One line of a manifest's `http`: which requests it allows. */
export interface Rule {
  /** null: all. */
  methods: readonly string[] | null
  /** Canonical, see `canonicalHost`. */
  host: string
  /** The hosts below `host` rather than `host` itself. */
  below: boolean
  /** '' for that of the scheme, 80 or 443; `*` for all. */
  port: string
  /** A glob, see `matchesPath`; null: all. */
  path: string | null
}

const RULE = /^(?:(?<methods>[^ ]+) +)?(?<host>\[[^\]/ ]*\]|[^:/ ]*)(?::(?<port>[^/ ]*))?(?<path>\/[^ ]*)?$/
const METHOD = /^[A-Z]+(-[A-Z]+)*$/

/**
 * Reads `"GET,POST api.github.com/repos/*"`: methods (all when left out), a host (`*.example.com`: those below it), a port (that
 * of the scheme when left out, `*` for all), a path in which `*` stands for any characters (all paths when left out).
 *
 * @throws {AshlarError} BAD_INPUT saying what is wrong with it
 */
export function parseRule(text: string): Rule {
  const groups = RULE.exec(text.trim())?.groups
  if (text.includes('://')) throw fault(text, 'must not have a scheme; write the host alone, as in "api.github.com"')
  if (/[@?#\\]/.test(text)) throw fault(text, 'must not hold a user, a query or a fragment')
  if (!groups) throw fault(text, 'must be like "GET,POST api.github.com/repos/*"')
  const { methods, host = '', port = '', path } = groups
  if (port !== '' && port !== '*' && !(/^\d{1,5}$/.test(port) && Number(port) > 0 && Number(port) < 65_536))
    throw fault(text, `has the port "${port}"; it must be a number from 1 to 65535, or "*"`)
  return {
    methods: methods === undefined ? null : methodsOf(text, methods),
    ...hostOf(text, host),
    port: port === '*' || port === '' ? port : String(Number(port)),
    path: path === undefined ? null : pathOf(text, path),
  }
}

/** The rule as people are shown it: its host as it goes over the wire, so that none can be mistaken for another. */
export function formatRule({ methods, host, below, port, path }: Rule): string {
  return `${methods ? `${methods.join(',')} ` : ''}${below ? '*.' : ''}${host}${port && `:${port}`}${path ?? ''}`
}

/** @param url see `parseTarget` */
export function allowsHost(rule: Rule, url: URL): boolean {
  if (rule.below ? !url.hostname.endsWith(`.${rule.host}`) : url.hostname !== rule.host) return false
  return rule.port === '*' || portOf(rule.port, url) === portOf(url.port, url)
}

/** @param url see `parseTarget` */
export function allows(rule: Rule, method: string, url: URL): boolean {
  if (rule.methods && !rule.methods.includes(method)) return false
  return allowsHost(rule, url) && (rule.path === null || matchesPath(rule.path, url.pathname))
}

function portOf(port: string, { protocol }: URL): string {
  return port || (protocol === 'https:' ? '443' : '80')
}

function methodsOf(rule: string, text: string): string[] {
  const methods = text.split(',')
  const wrong = methods.find((method) => !METHOD.test(method) || isForbiddenMethod(method))
  if (wrong !== undefined) throw fault(rule, `has the method ${showValue(wrong)}; methods are like "GET,POST"`)
  return [...new Set(methods)]
}

/** Methods that are never sent (Fetch standard, 2.2.1). */
export function isForbiddenMethod(method: string): boolean {
  return /^(connect|trace|track)$/i.test(method)
}

function hostOf(rule: string, text: string): Pick<Rule, 'host' | 'below'> {
  const below = text.startsWith('*.')
  const name = below ? text.slice(2) : text
  const url = `http://${name}`
  const host = name !== '' && !name.includes('*') && URL.canParse(url) ? canonicalHost(new URL(url).hostname) : undefined
  const isBare = /^[*.]+$/.test(text) || (below && host !== undefined && !host.includes('.'))
  if (isBare) throw fault(rule, `has the host "${text}", which is nearly every host; say so loudly and use anyHost()`)
  if (host === undefined || (below && isIP(host.replaceAll(/[[\]]/g, '')) > 0))
    throw fault(rule, `has the host "${text}"; it must be like "api.github.com" or "*.example.com"`)
  return { host, below }
}

function pathOf(rule: string, text: string): string {
  if (/\/(\.|%2e){1,2}(\/|;|$)/i.test(text)) throw fault(rule, 'must not have "." or ".." in its path')
  const { pathname } = new URL(`http://host${text}`)
  if (!isPathGlob(pathname))
    throw fault(
      rule,
      'has a path that servers read in different ways; use UTF-8 escapes once, no ";", and no "." or space at the end of a segment',
    )
  return pathname
}

function fault(rule: string, message: string): AshlarError {
  return new AshlarError('BAD_INPUT', `the http rule ${showValue(rule)} ${message}`)
}
