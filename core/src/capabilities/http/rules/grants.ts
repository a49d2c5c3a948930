import { AshlarError, showValue } from '../../../base/index.ts'
import type { HttpEntry, HttpGrant } from './entry.ts'
import { allows, allowsHost, isForbiddenMethod, parseRule, type Rule } from './rule.ts'
import { parseTarget } from './target.ts'

/** Checks requests against the manifest of a block and the inputs of its run. */
export interface HttpGrants {
  /** The rules for requests with a credential, whose hosts may be allowed in addition. */
  withCredential(credential: GrantedCredential): HttpGrants
  /**
   * @param source the part of the request that names the method, if that is not the request line
   * @throws {AshlarError} HTTP_DENIED with the rule that would allow the request
   */
  assertAllowed(method: string, url: URL, source?: string): void
  /**
   * Checks an allowed request whose `header` names another path. A rule without a path must allow the request.
   *
   * @throws {AshlarError} HTTP_DENIED with the rule that would allow the request
   */
  assertAnyPathAllowed(method: string, url: URL, header: string): void
  isAllowed(method: string, url: URL): boolean
  /** Whether redirects of this first request may lead to public hosts that the manifest does not name. */
  mayRedirectAnywhere(method: string, url: URL): boolean
}

/** The credential of a request. */
interface GrantedCredential {
  /** Qualified. */
  provider: string
  isFor(url: URL): boolean
}

/**
 * @param block the qualified name of the block, for messages
 * @param getInput returns the value of an input pin
 */
export function buildHttpGrants(
  block: string,
  grant: HttpGrant,
  getInput: (pin: string) => unknown,
  credential?: GrantedCredential,
): HttpGrants {
  const isNamed = grant.some(
    (entry) => typeof entry === 'object' && 'fromCredential' in entry && entry.fromCredential === credential?.provider,
  )
  const isForCredential = (url: URL): boolean => isNamed && credential?.isFor(url) === true
  const isOpen = grant.some((entry) => typeof entry === 'object' && 'anyHost' in entry)
  const rules = grant.flatMap((entry) => listRules(entry, getInput))
  const redirectRules = grant.flatMap((entry) => (allowsPublicRedirects(entry) ? listRules(entry, getInput) : []))
  const isAllowed = (method: string, url: URL): boolean =>
    !isForbiddenMethod(method) && (isOpen || isForCredential(url) || rules.some((rule) => allows(rule, method, url)))
  return {
    withCredential: (used) => buildHttpGrants(block, grant, getInput, used),
    isAllowed,
    mayRedirectAnywhere: (method, url) => redirectRules.some((rule) => allows(rule, method, url)),
    assertAllowed(method, url, source) {
      if (isForbiddenMethod(method)) throw new AshlarError('HTTP_DENIED', `http: the method ${method} is never sent`)
      if (!isAllowed(method, url)) throw denied(block, { method, source }, url, rules)
    },
    assertAnyPathAllowed(method, url, header) {
      if (isOpen || isForCredential(url) || rules.some((rule) => rule.path === null && allows(rule, method, url))) return
      throw deniedHeader(block, method, url, header)
    },
  }
}

function allowsPublicRedirects(entry: HttpEntry): boolean {
  return typeof entry === 'object' && 'redirects' in entry && entry.redirects !== undefined
}

/** The message does not contain the path and the query, which may hold secrets. */
function denied(
  block: string,
  { method, source }: { method: string; source: string | undefined },
  url: URL,
  rules: readonly Rule[],
): AshlarError {
  const named = source === undefined ? method : `${showValue(method)}, the method that ${source} names,`
  const rule = `${method} ${url.host}`
  const isNear = rules.some((each) => allowsHost(each, url))
  const why = isNear ? 'its rules for this host do not include this method or path' : 'its manifest does not name this host'
  return new AshlarError('HTTP_DENIED', `block ${block} may not send ${named} to ${url.host}: ${why}; "${rule}" would allow it`, {
    details: { host: url.host, method, rule },
  })
}

function deniedHeader(block: string, method: string, url: URL, header: string): AshlarError {
  const rule = `${method} ${url.host}`
  const message = `block ${block} may not send the header ${showValue(header)} to ${url.host}: servers may use the path in this header, which the rules of the block do not allow; remove the header, or use the rule "${rule}", which allows every path`
  return new AshlarError('HTTP_DENIED', message, { details: { host: url.host, method, rule, header } })
}

function listRules(entry: HttpEntry, getInput: (pin: string) => unknown): Rule[] {
  if (typeof entry === 'string') return [parseRule(entry)]
  return 'fromInput' in entry ? listTexts(getInput(entry.fromInput)).flatMap(parseInputRule) : []
}

/** Returns a string, or the strings in an array or object. */
function listTexts(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  const inside: unknown[] = typeof value === 'object' && value !== null ? Object.values(value) : []
  return inside.filter((each) => typeof each === 'string')
}

/** Allows the host and port of a URL, or of a text like `example.com:8080`. Any other text allows nothing. */
function parseInputRule(text: string): Rule[] {
  try {
    const url = parseTarget(/^[a-z][a-z0-9+.-]*:\/\//i.test(text.trim()) ? text : `https://${text}`)
    return [{ methods: null, host: url.hostname, matchesSubdomains: false, port: url.port, path: null }]
  } catch (error) {
    if (error instanceof AshlarError) return []
    throw error
  }
}
