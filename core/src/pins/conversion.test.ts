import { describe, expect, it } from 'vitest'
import { compileCoercion } from './coerce.ts'
import { findConversion } from './conversion.ts'
import { findLoss } from './loss.ts'
import type { JsonSchema } from './json-schema.ts'
import { parsePinPath } from './pin-path.ts'

function conversion(source: JsonSchema, sink: JsonSchema, from = 'out') {
  const pin = (schema: JsonSchema) => ({ schema, root: {} })
  return findConversion(pin(source), parsePinPath(from).steps, pin(sink), [])
}

const type = (name: string): JsonSchema => ({ type: name })
const listOf = (name: string): JsonSchema => ({ type: 'array', items: type(name) })
const text = type('string')

describe('findConversion', () => {
  it.each<[from: string, to: string, value: unknown, result: unknown, becomes: string]>([
    ['number', 'string', 2.5, '2.5', 'its digits'],
    ['integer', 'string', 2, '2', 'its digits'],
    ['boolean', 'string', true, 'true', '"true" or "false"'],
    ['boolean', 'number', true, 1, '1 or 0'],
    ['number', 'array', 2, [2], 'a list with this value'],
    ['string', 'array', 'a', ['a'], 'the list that its JSON text describes, or a list with the text'],
  ])('reports that a %s at a pin of type %s keeps its meaning', (from, to, value, result, becomes) => {
    expect(conversion(type(from), type(to))).toMatchObject({ becomes, certainty: 'ALWAYS', isLossy: false })
    expect(compileCoercion(type(to))?.(value)).toEqual(result)
  })

  it('reports a loss as lossy', () => {
    expect(conversion(listOf('string'), type('number'))).toEqual({
      from: 'list',
      to: 'number',
      becomes: 'the number of its items',
      certainty: 'ALWAYS',
      isLossy: true,
    })
  })

  it('is certain only if the pin accepts no type of the source', () => {
    expect(conversion({ anyOf: [text, type('number')] }, text)).toMatchObject({ from: 'number', certainty: 'SOMETIMES' })
    expect(conversion({ anyOf: [type('null'), type('number')] }, text)).toMatchObject({ certainty: 'ALWAYS' })
  })

  it('reports a source without a type', () => {
    expect(conversion({}, type('integer'))).toEqual({
      from: 'any',
      to: 'whole number',
      becomes: 'whole number, if its type is not whole number',
      certainty: 'SOMETIMES',
      isLossy: false,
    })
    expect(conversion(listOf('number'), listOf('string'))).toMatchObject({
      from: 'list of numbers',
      to: 'list of texts',
      becomes: 'a list in which each item becomes its digits',
    })
  })

  it('follows a path into the source', () => {
    expect(conversion(listOf('number'), type('number'), 'out_$_0')).toBeUndefined()
    expect(conversion(listOf('number'), text, 'out_$_0')).toMatchObject({ from: 'number' })
  })

  it.each([
    [text, text],
    [type('integer'), type('number')],
    [text, {}],
    [listOf('string'), type('array')],
    [text, { anyOf: [type('null'), text] }],
  ])('reports nothing for %j at a pin %j', (source, sink) => {
    expect(conversion(source, sink)).toBeUndefined()
  })

  it('reports every loss that findLoss finds', () => {
    const types = ['string', 'number', 'integer', 'boolean', 'array', 'object']
    const schemas = types.flatMap((name) => [type(name), listOf(name), { type: 'object', additionalProperties: type(name) }])
    const differences = schemas.flatMap((source) =>
      schemas.flatMap((sink) => {
        const loss = findLoss({ schema: source, root: {} }, [], { schema: sink, root: {} }, [])
        const found = conversion(source, sink)
        return loss && (!found?.isLossy || found.becomes !== loss.becomes) ? [[source, sink, loss, found]] : []
      }),
    )
    expect(differences).toEqual([])
  })
})
