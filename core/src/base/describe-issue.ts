import type { z } from 'zod'
import { showValue, type Fault } from './ashlar-error.ts'

type Issue = z.core.$ZodIssue

const TYPES: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  bigint: 'a whole number',
}

const FORMATS: Record<string, string> = { uuid: 'be a UUID', datetime: 'be a date and time of ISO 8601', url: 'be a URL' }

const UNITS: Record<string, string> = { string: 'character', array: 'item' }

/**
 * Describes a fault that zod has found, without the names of JavaScript types.
 *
 * @param value the value at the path of the issue, which the description quotes
 */
export function describeIssue(issue: Issue, value: unknown): string {
  const expected = describeSecretIssue(issue)
  if (expected.includes(', got ') || saysAll(issue)) return expected
  return value === undefined ? `is missing: it ${expected}` : `${expected}, got ${showValue(value)}`
}

/** Describes a fault like {@link describeIssue}, without the value, which may be a secret. */
export function describeSecretIssue(issue: Issue): string {
  if (issue.code === 'custom') return issue.message
  if (issue.code === 'unrecognized_keys') return `unknown field ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`
  return isMissing(issue) ? 'is missing' : describeExpected(issue)
}

/** Whether the value adds nothing to the description. */
function saysAll(issue: Issue): boolean {
  return issue.code === 'custom' || issue.code === 'unrecognized_keys' || isMissing(issue)
}

/** Whether a value of any type is missing. */
function isMissing(issue: Issue): boolean {
  return issue.code === 'invalid_type' && issue.expected === 'nonoptional'
}

/** The beginning of a default message of zod. Other messages are custom messages of the schema and say more. */
const DEFAULT_MESSAGE = /^(Invalid|Too (small|big)|Unrecognized)/

function describeExpected(issue: Issue): string {
  if (!DEFAULT_MESSAGE.test(issue.message)) return issue.message
  if (issue.code === 'invalid_type') return `must be ${TYPES[issue.expected] ?? issue.expected}`
  if (issue.code === 'invalid_union') return describeUnion(issue)
  if (issue.code === 'invalid_value') {
    const values = issue.values.map((each) => JSON.stringify(each))
    return `must be ${values.length === 1 ? '' : 'one of '}${values.join(', ')}`
  }
  if (issue.code === 'too_small') return describeBound(issue, issue.minimum, ['at least', 'more than'])
  if (issue.code === 'too_big') return describeBound(issue, issue.maximum, ['at most', 'less than'])
  if (issue.code === 'invalid_format') return `must ${FORMATS[issue.format] ?? `match ${issue.pattern ?? issue.format}`}`
  return issue.message
}

function describeUnion({ errors, message }: Extract<Issue, { code: 'invalid_union' }>): string {
  const members = errors.map(([first]) => (first?.path.length === 0 ? describeExpected(first) : ''))
  if (members.length === 0 || !members.every((member) => member.startsWith('must be '))) return message
  return `must be ${[...new Set(members.map((member) => member.slice('must be '.length)))].join(' or ')}`
}

function describeBound(
  { origin, inclusive = true }: Extract<Issue, { code: 'too_small' | 'too_big' }>,
  bound: number | bigint,
  [within, beyond]: [string, string],
): string {
  const amount = `${inclusive ? within : beyond} ${bound}`
  const unit = UNITS[origin]
  return unit === undefined ? `must be ${amount}` : `must have ${amount} ${unit}${Number(bound) === 1 ? '' : 's'}`
}

/**
 * Describes the faults that zod has found in a value.
 *
 * @param value the value that was checked
 */
export function describeIssues({ issues }: z.ZodError, value: unknown): Fault[] {
  return issues.map((issue) => ({ path: issue.path.join('.'), message: describeIssue(issue, valueAt(value, issue.path)) }))
}

/** Returns the value at the path of an issue, or undefined if there is none. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((at: unknown, key) => (Object(at) as Record<PropertyKey, unknown>)[key], value)
}
