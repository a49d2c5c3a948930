import { z } from 'zod'
import { AshlarError, showValue } from '../../errors/index.ts'
import type { Acting } from '../capability.ts'
import { capabilityMissing } from '../capability-errors.ts'
import type { GrantKind } from '../grant-kind.ts'
import { allows, allowsHost, formatRule, isForbiddenMethod, parseRule, type Rule } from './rules/rule.ts'
import { parseTarget } from './rules/target.ts'

const ruleSchema = z
  .string()
  .max(500)
  .superRefine((text, context) => {
    try {
      parseRule(text)
    } catch (error) {
      if (!(error instanceof AshlarError)) throw error
      context.addIssue({ code: 'custom', message: error.message })
    }
  })

const entrySchema = z.union(
  [
    ruleSchema,
    z.strictObject({ fromInput: z.string().min(1).max(200), redirects: z.literal('public').optional() }),
    z.strictObject({ anyHost: z.literal(true) }),
  ],
  {
    error: ({ input }) =>
      typeof input === 'string'
        ? undefined
        : `an entry of http must be a rule like "GET api.github.com/repos/*", fromInput('url') or anyHost(), got ${showValue(input)}`,
  },
)

const schema = z.array(entrySchema).min(1).max(100)

export type HttpGrant = z.output<typeof schema>
type Entry = HttpGrant[number]

/** What a manifest says under `http`: rules, the hosts that an input names, or every host. */
export const httpGrant = {
  schema,
  isVisible: true,
  describe: (grant) => grant.map(describeEntry),
  pins: (grant) => grant.flatMap((entry) => (typeof entry === 'object' && 'fromInput' in entry ? [entry.fromInput] : [])),
} satisfies GrantKind<HttpGrant>

/** An entry in one plain line, for people. */
function describeEntry(entry: Entry): string {
  if (typeof entry === 'string') return formatRule(parseRule(entry))
  if ('anyHost' in entry) return 'ANY HOST'
  return `the host of input "${entry.fromInput}"${entry.redirects ? ', and the public hosts that it redirects to' : ''}`
}

/** Checks requests against what a block's manifest and the inputs of its run allow. */
export interface Granted {
  /**
   * @param source the part of the request that names the method, if that is not the request line
   * @throws {AshlarError} HTTP_DENIED saying which rule would allow it
   */
  assertAllowed(method: string, url: URL, source?: string): void
  /**
   * Of a request that was allowed, whose `header` names another path: a rule without a path must allow it.
   *
   * @throws {AshlarError} HTTP_DENIED saying which rule would allow it
   */
  assertAnyPathAllowed(method: string, url: URL, header: string): void
  isAllowed(method: string, url: URL): boolean
  /** Whether redirects of this first request may lead to hosts that the manifest does not name. */
  mayLeaveHost(method: string, url: URL): boolean
}

/** @throws {AshlarError} CAPABILITY_MISSING when the manifest says nothing of http */
export function createGranted({ block, inputOf }: Acting): Granted {
  const { http } = block.capabilities
  if (!http) throw capabilityMissing(block, 'http', 'http: ["GET api.example.com"]')
  const isOpen = http.some((entry) => typeof entry === 'object' && 'anyHost' in entry)
  const rules = http.flatMap((entry) => rulesOf(entry, inputOf))
  const leavingRules = http.flatMap((entry) => (isLeaving(entry) ? rulesOf(entry, inputOf) : []))
  const isAllowed = (method: string, url: URL): boolean =>
    !isForbiddenMethod(method) && (isOpen || rules.some((rule) => allows(rule, method, url)))
  return {
    isAllowed,
    mayLeaveHost: (method, url) => leavingRules.some((rule) => allows(rule, method, url)),
    assertAllowed(method, url, source) {
      if (isForbiddenMethod(method)) throw new AshlarError('HTTP_DENIED', `http: the method ${method} is never sent`)
      if (!isAllowed(method, url)) throw denied(block.qualifiedName, { method, source }, url, rules)
    },
    assertAnyPathAllowed(method, url, header) {
      if (isOpen || rules.some((rule) => rule.path === null && allows(rule, method, url))) return
      throw deniedHeader(block.qualifiedName, method, url, header)
    },
  }
}

function isLeaving(entry: Entry): boolean {
  return typeof entry === 'object' && 'redirects' in entry && entry.redirects !== undefined
}

/** The message keeps paths and queries to itself: they may hold secrets. */
function denied(
  block: string,
  { method, source }: { method: string; source: string | undefined },
  url: URL,
  rules: readonly Rule[],
): AshlarError {
  const named = source === undefined ? method : `${showValue(method)}, the method that ${source} names,`
  const rule = `${method} ${url.host}`
  const isNear = rules.some((each) => allowsHost(each, url))
  const why = isNear ? 'its rules for this host leave out this method or path' : 'its manifest does not name this host'
  return new AshlarError('HTTP_DENIED', `block ${block} may not send ${named} to ${url.host}: ${why}; "${rule}" would allow it`, {
    details: { host: url.host, method, rule },
  })
}

function deniedHeader(block: string, method: string, url: URL, header: string): AshlarError {
  const rule = `${method} ${url.host}`
  const message = `block ${block} may not send the header ${showValue(header)} to ${url.host}: servers may use the path in this header, which the rules of the block do not allow; remove the header, or use the rule "${rule}", which allows every path`
  return new AshlarError('HTTP_DENIED', message, { details: { host: url.host, method, rule, header } })
}

function rulesOf(entry: Entry, inputOf: Acting['inputOf']): Rule[] {
  if (typeof entry === 'string') return [parseRule(entry)]
  return 'fromInput' in entry ? textsIn(inputOf(entry.fromInput)).flatMap(ruleOfInput) : []
}

/** A text, or those in an array or an object. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  const inside: unknown[] = typeof value === 'object' && value !== null ? Object.values(value) : []
  return inside.filter((each) => typeof each === 'string')
}

/** The host and port of a url, or of a text like `example.com:8080`. What is neither allows nothing. */
function ruleOfInput(text: string): Rule[] {
  try {
    const url = parseTarget(/^[a-z][a-z0-9+.-]*:\/\//i.test(text.trim()) ? text : `https://${text}`)
    return [{ methods: null, host: url.hostname, below: false, port: url.port, path: null }]
  } catch (error) {
    if (error instanceof AshlarError) return []
    throw error
  }
}
