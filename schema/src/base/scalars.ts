import { errorMessage, parseNumber, showValue } from '@ashlar/core'
import { GraphQLError, Kind, type FloatValueNode, type IntValueNode, type ValueNode } from 'graphql'
import { builder } from './builder.ts'

builder.scalarType('JSON', {
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  description: 'Any JSON value. Integers above 2 ** 53 keep all digits, so clients need a JSON parser that preserves them.',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => parseValueNode(node, variables ?? {}),
})

/**
 * A date, or a date with a time and its offset from UTC. JavaScript also parses other texts, such as `2026`, and years
 * that Postgres cannot store.
 */
const DATE_TIME = /^(?!0000)\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/i

builder.scalarType('DateTime', {
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time',
  description: 'A point in time as ISO 8601 text in UTC, such as `2026-11-21T09:30:00.000Z`.',
  serialize: (value) => value.toISOString(),
  parseValue: (value) => {
    const date = typeof value === 'string' && DATE_TIME.test(value) ? new Date(value) : undefined
    if (date === undefined || Number.isNaN(date.getTime()) || !isDay(String(value).slice(0, 10)))
      throw new GraphQLError(`DateTime must be ISO 8601 text such as 2026-11-21T09:30:00Z, got ${showValue(value)}`)
    return date
  },
})

builder.scalarType('Base64', {
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc4648#section-4',
  description: 'Bytes as base64 text (RFC 4648, section 4).',
  serialize: (value) => value.toString('base64'),
  parseValue: (value) => {
    if (typeof value !== 'string' || value.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(value))
      throw new GraphQLError('Base64 must be padded base64 text on one line (RFC 4648, section 4)')
    return Buffer.from(value, 'base64')
  },
})

/** `Date` reads 30 February as 2 March. */
function isDay(day: string): boolean {
  return new Date(`${day}T00:00Z`).toISOString().startsWith(day)
}

function parseNumberNode(node: IntValueNode | FloatValueNode): unknown {
  try {
    return parseNumber(node.value)
  } catch (error) {
    throw new GraphQLError(errorMessage(error), { nodes: node })
  }
}

/** Converts a GraphQL literal, such as `{ name: "Ada", tags: ["a"] }`, to JSON. */
function parseValueNode(node: ValueNode, variables: Record<string, unknown>): unknown {
  switch (node.kind) {
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value
    case Kind.INT:
    case Kind.FLOAT:
      return parseNumberNode(node)
    case Kind.NULL:
      return null
    case Kind.LIST:
      return node.values.map((item) => parseValueNode(item, variables))
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, parseValueNode(value, variables)]))
    case Kind.VARIABLE:
      return variables[node.name.value] ?? null
  }
}
