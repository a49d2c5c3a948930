import { messageOf, parseNumber } from '@ashlar/core'
import { GraphQLError, Kind, type FloatValueNode, type IntValueNode, type ValueNode } from 'graphql'
import { builder } from './builder.ts'

builder.scalarType('JSON', {
  description: 'Any JSON value. Integers beyond 2 ** 53 keep their digits: a client needs a JSON parser that does so too.',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueOf(node, variables ?? {}),
})

builder.scalarType('DateTime', {
  description: 'A moment as ISO 8601 text in UTC: `2026-11-21T09:30:00.000Z`.',
  serialize: (value) => value.toISOString(),
  parseValue: (value) => {
    const date = new Date(String(value))
    if (Number.isNaN(date.getTime())) throw new GraphQLError(`DateTime must be ISO 8601 text, got ${JSON.stringify(value)}`)
    return date
  },
})

builder.scalarType('Base64', {
  description: 'Bytes as base64 text (RFC 4648, section 4).',
  serialize: (value) => value.toString('base64'),
  parseValue: (value) => {
    if (typeof value !== 'string' || value.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(value))
      throw new GraphQLError('Base64 must be bytes as base64 text, padded, on one line')
    return Buffer.from(value, 'base64')
  },
})

function numberOf(node: IntValueNode | FloatValueNode): unknown {
  try {
    return parseNumber(node.value)
  } catch (error) {
    throw new GraphQLError(messageOf(error), { nodes: node })
  }
}

/** JSON written as a GraphQL literal: `{ name: "Ada", tags: ["a"] }`. */
function valueOf(node: ValueNode, variables: Record<string, unknown>): unknown {
  switch (node.kind) {
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value
    case Kind.INT:
    case Kind.FLOAT:
      return numberOf(node)
    case Kind.NULL:
      return null
    case Kind.LIST:
      return node.values.map((item) => valueOf(item, variables))
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, valueOf(value, variables)]))
    case Kind.VARIABLE:
      return variables[node.name.value] ?? null
  }
}
