import { Validator, type Schema, type SchemaDraft } from '@cfworker/json-schema'
import { z } from 'zod'
import { messageOf } from '../messages/index.ts'

export const fault = z.object({
  path: z.string().describe('JSON pointer of the value; empty for the whole.'),
  message: z.string(),
})
export type Fault = z.output<typeof fault>

const MAX_FAULTS = 100

const DRAFTS: readonly (readonly [part: string, draft: SchemaDraft])[] = [
  ['draft-04', '4'],
  ['draft-06', '7'],
  ['draft-07', '7'],
  ['2019-09', '2019-09'],
]

/**
 * Compiles a JSON Schema. The draft is that of `$schema`, or 2020-12.
 *
 * @returns a function that returns the faults of a value, at most 100
 * @throws {Error} when the schema is not valid or refers to a schema that it does not contain
 */
export function createValidate(schema: unknown): (value: unknown) => Fault[] {
  if (typeof schema !== 'boolean' && (typeof schema !== 'object' || schema === null || Array.isArray(schema)))
    throw new Error(`schema must be a dictionary with a JSON Schema, got ${(JSON.stringify(schema) ?? 'nothing').slice(0, 100)}`)
  const named = typeof schema === 'object' && '$schema' in schema ? String(schema.$schema) : ''
  const draft = DRAFTS.find(([part]) => named.includes(part))?.[1] ?? '2020-12'
  const validator = compile(schema as Schema, draft)
  return (value) => {
    const { valid, errors } = run(() => validator.validate(toDoubles(value)))
    if (valid) return []
    // A fault of a part makes each schema around it fail too.
    const outer = new Set(errors.flatMap(({ keywordLocation }) => listParents(keywordLocation)))
    return errors
      .filter(({ keywordLocation }) => !outer.has(keywordLocation))
      .slice(0, MAX_FAULTS)
      .map(({ instanceLocation, error }) => ({ path: instanceLocation.replace(/^#/, ''), message: error }))
  }
}

/** The locations of the schemas around a keyword: `#/a` for `#/a/b`. */
function listParents(location: string): string[] {
  const parts = location.split('/')
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'))
}

function compile(schema: Schema | boolean, draft: SchemaDraft): Validator {
  return run(() => {
    const validator = new Validator(schema, draft, false)
    validator.validate(null) // finds a broken pattern and a missing reference
    return validator
  })
}

function run<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new Error(`schema must be a JSON Schema: ${messageOf(error)}`, { cause: error })
  }
}

/** The validator does not know integers of any size. */
function toDoubles(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'object' || value === null) return value
  return Array.isArray(value)
    ? value.map(toDoubles)
    : Object.fromEntries(Object.entries(value).map(([key, each]) => [key, toDoubles(each)]))
}
