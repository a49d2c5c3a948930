import { AshlarError, showValue } from '../../../base/index.ts'
import { allowsHost, formatRule, parseRule, type Rule } from '../../http/index.ts'

/** Hosts to which a secret may be sent. */
interface SecretHost {
  rule: Rule
  /** Whether the secret may also be sent without encryption. */
  plain: boolean
}

const PLAIN = 'http://'

/**
 * Parses `api.github.com`, `*.example.com`, `example.com:8443`, or `http://localhost:8080` for a host without
 * encryption.
 *
 * @throws {AshlarError} BAD_INPUT with the fault
 */
export function parseSecretHost(text: string): SecretHost {
  const plain = text.startsWith(PLAIN)
  const host = plain ? text.slice(PLAIN.length) : text
  const rule = parseHostRule(host)
  if (!rule || rule.methods !== null || rule.path !== null) {
    const message = `the host ${showValue(text)} ${explainInvalidHost(host)}; ${ALLOWED}`
    throw new AshlarError('BAD_INPUT', message)
  }
  return { rule, plain }
}

const ALLOWED =
  'examples are "api.example.com", "api.example.com:8443", "*.example.com" for all hosts below example.com, ' +
  'and "http://localhost:8080" for a host without encryption'

/** Discards the messages of rules, which are for authors of plugins. Users also write hosts. */
function parseHostRule(host: string): Rule | undefined {
  try {
    return parseRule(host)
  } catch (error) {
    if (error instanceof AshlarError && error.code === 'BAD_INPUT') return undefined
    throw error
  }
}

function explainInvalidHost(host: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(host))
    return 'must not have a scheme other than "http://": without it, the host is for https'
  if (/^\*(\.[^.]*)?\.?(:[\d*]*)?$/.test(host))
    return 'has too wide a wildcard: "*." must precede a domain of at least two labels'
  if (/[/ ]/.test(host)) return 'must be only a host, without a method and a path'
  return 'is not a valid host'
}

/**
 * Formats a host for people, in punycode, so that similar hosts can be distinguished.
 *
 * @throws {AshlarError} BAD_INPUT
 */
export function formatSecretHost(text: string): string {
  const { rule, plain } = parseSecretHost(text)
  return `${plain ? PLAIN : ''}${formatRule(rule)}`
}

/** @param url see {@link parseTarget} */
export function coversUrl(hosts: readonly SecretHost[], url: URL): boolean {
  return hosts.some(({ rule, plain }) => allowsHost(rule, url) && (url.protocol === 'https:' || plain))
}

/** @param hosts see {@link parseSecretHost} */
export function coversHost(hosts: readonly string[], url: URL): boolean {
  return coversUrl(hosts.map(parseSecretHost), url)
}
