import { AshlarError, showValue } from '../../errors/index.ts'
import { allowsHost, formatRule, parseRule, type Rule } from '../http/index.ts'

/** Hosts that a secret may be sent to. */
export interface SecretHost {
  rule: Rule
  /** Also without encryption. */
  plain: boolean
}

const PLAIN = 'http://'

/**
 * Reads `api.github.com`, `*.example.com`, `example.com:8443`, or `http://localhost:8080` for one that is reached without encryption.
 *
 * @throws {AshlarError} BAD_INPUT saying what is wrong with it
 */
export function parseSecretHost(text: string): SecretHost {
  const plain = text.startsWith(PLAIN)
  const host = plain ? text.slice(PLAIN.length) : text
  const rule = parseRule(host)
  if (rule.methods !== null || rule.path !== null)
    throw new AshlarError('BAD_INPUT', `the host ${showValue(text)} must be a host alone, without methods and path`)
  return { rule, plain }
}

/** As people are shown it: so that none can be mistaken for another. @throws {AshlarError} BAD_INPUT */
export function formatSecretHost(text: string): string {
  const { rule, plain } = parseSecretHost(text)
  return `${plain ? PLAIN : ''}${formatRule(rule)}`
}

/** @param url see `parseTarget` */
export function coversUrl(hosts: readonly SecretHost[], url: URL): boolean {
  return hosts.some(({ rule, plain }) => allowsHost(rule, url) && (url.protocol === 'https:' || plain))
}

/** @param hosts as people write them */
export function isForHost(hosts: readonly string[], url: URL): boolean {
  return coversUrl(hosts.map(parseSecretHost), url)
}
