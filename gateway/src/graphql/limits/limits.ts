import { AshlarError } from '@ashlar/core'

const KIB = 1024

/** The limits of a request. The section "Limits and cost" of `docs/graphql.md` describes them. */
export const LIMITS = {
  /** UTF-8 bytes of the text of a query. Variables do not count. */
  queryBytes: 256 * KIB,
  /** Tokens of a query. Comments and commas do not count. */
  tokens: 10_000,
  comments: 1000,
  /** Brackets that are open at the same time in the text of a query: selections, arguments, lists and objects. */
  nesting: 100,
  /** Fields around a field, through fragments. */
  depth: 30,
  aliases: 50,
  directives: 200,
  /** Fields of the operation itself, through fragments. */
  rootFields: 100,
  operations: 50,
  fragments: 500,
  /** Lists and objects around a value of the variables. */
  jsonDepth: 1000,
  /** Values in the JSON of a request. Parsing takes time for each. */
  jsonValues: 500_000,
  /** Items of a list of ids. */
  ids: 100,
  /** Items of any other list of an argument. Lists within a JSON value do not count. */
  items: 10_000,
  /** Validation errors that a response reports. */
  errors: 20,
  /** The cost of an operation. */
  cost: 20_000,
} as const

/** The memory of the parsed queries that are kept. */
export const DOCUMENT_CACHE_BYTES = 32 * KIB * KIB

interface Excess {
  /** What exceeds the limit: "the query". */
  subject: string
  /** What is counted, in the plural: "aliases". */
  unit: string
  /** Undefined if the request was rejected before all of it was counted. */
  value?: number | undefined
  /** What the client can do. */
  advice: string
}

/** @returns LIMIT_EXCEEDED */
export function limitExceeded(limit: keyof typeof LIMITS, { subject, unit, value, advice }: Excess): AshlarError {
  const allowed = LIMITS[limit]
  const count = value === undefined ? `more than ${allowed}` : String(value)
  return new AshlarError('LIMIT_EXCEEDED', `${subject} has ${count} ${unit}; the maximum is ${allowed}. ${advice}`, {
    details: { limit, allowed, ...(value !== undefined && { value }) },
  })
}
