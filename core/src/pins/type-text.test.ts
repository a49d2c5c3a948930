import { expect, it } from 'vitest'
import type { JsonSchema } from './json-schema.ts'
import { isPinKind, toPinKind } from './pin-kind.ts'
import { formatType } from './type-text.ts'

const node: JsonSchema = { type: 'object', properties: { next: { $ref: '#/$defs/node' } } }
const wide: JsonSchema = {
  type: 'object',
  properties: Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`p${i}`, { $ref: '#/$defs/wide' }])),
}
const root: JsonSchema = { $defs: { node, wide, list: { type: 'array', items: { $ref: '#/$defs/list' } } } }

it.each<[JsonSchema, string, string]>([
  [{ type: 'string' }, 'TEXT', 'string'],
  [{ type: 'string', format: 'uri' }, 'TEXT', 'string'],
  [{ type: 'string', format: 'date-time' }, 'DATE_TIME', 'string'],
  [{ type: 'string', format: 'date' }, 'DATE', 'string'],
  [{ type: 'string', format: 'time' }, 'TIME', 'string'],
  [{ type: 'string', enum: ['ASC', 'DESC'] }, 'CHOICE', '"ASC" | "DESC"'],
  [{ const: 1 }, 'CHOICE', '1'],
  [{ type: 'integer', minimum: 1 }, 'INTEGER', 'number'],
  [{ type: 'number' }, 'NUMBER', 'number'],
  [{ type: 'boolean' }, 'BOOLEAN', 'boolean'],
  [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'TEXT', 'string | null'],
  [{ type: ['string', 'number'] }, 'UNION', 'string | number'],
  [{ anyOf: [{ type: 'string' }, {}] }, 'ANY', 'any'],
  [{ type: 'null' }, 'ANY', 'null'],
  [{}, 'ANY', 'any'],
  [{ type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'null' }] } }, 'LIST', '(string | null)[]'],
  [{ type: 'object', properties: { a: { type: 'number' }, 'b-c': {} }, required: ['a'] }, 'OBJECT', '{ a: number; "b-c"?: any }'],
  [{ type: 'object', additionalProperties: { type: 'number' } }, 'OBJECT', 'Record<string, number>'],
  [{ type: 'object', additionalProperties: {} }, 'OBJECT', 'object'],
  [{ $ref: '#/$defs/node' }, 'OBJECT', '{ next?: { next?: { next?: object } } }'],
  [{ $ref: '#/$defs/list' }, 'LIST', 'any[][][][]'],
])('formats the type and the kind of %j', (schema, kind, text) => {
  expect(formatType(schema, root)).toBe(text)
  expect(toPinKind(schema, root)).toBe(kind)
})

it('limits the text of a type that refers to itself many times', () => {
  expect(formatType({ $ref: '#/$defs/wide' }, root)).toBe('object')
  expect(formatType({ const: 'x'.repeat(2000) }, root)).toBe('any')
  const choices = Array.from({ length: 1000 }, (_, i) => `choice ${i}`)
  expect(formatType({ enum: choices }, root)).toMatch(/^"choice 0" \| .* \| any$/)
})

it('finds a pin of several kinds by each of them', () => {
  const schema: JsonSchema = { anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'null' }] }
  expect((['TEXT', 'NUMBER', 'UNION', 'ANY', 'LIST'] as const).filter((kind) => isPinKind(kind, schema, root))).toEqual([
    'TEXT',
    'NUMBER',
    'UNION',
  ])
})
