import { describe, expect, it } from 'vitest'
import { compileCoercion } from './coerce.ts'
import { findFittingMember, findLoss, findValueLoss } from './loss.ts'
import type { JsonSchema } from './json-schema.ts'
import { parsePinPath } from './pin-path.ts'

function loss(source: JsonSchema, sink: JsonSchema, from = 'out', to = 'in') {
  const pin = (schema: JsonSchema) => ({ schema, root: {} })
  return findLoss(pin(source), parsePinPath(from).steps, pin(sink), parsePinPath(to).steps)
}

const type = (name: string): JsonSchema => ({ type: name })
const listOf = (name: string): JsonSchema => ({ type: 'array', items: type(name) })

describe('findLoss', () => {
  it.each([
    ['array', 'number', [5, 6], 2, 'the number of its items'],
    ['array', 'integer', [5, 6], 2, 'the number of its items'],
    ['array', 'string', [5], '[5]', 'its JSON text'],
    ['array', 'boolean', [], true, 'true, also when it is empty'],
    ['array', 'object', [5], { 0: 5 }, 'an object with the keys "0", "1", "2" …'],
    ['object', 'number', { a: 5 }, 1, 'the number of its keys'],
    ['object', 'integer', { a: 5 }, 1, 'the number of its keys'],
    ['object', 'string', { a: 5 }, '{"a":5}', 'its JSON text'],
    ['object', 'boolean', {}, true, 'true, also when it is empty'],
    ['object', 'array', { a: 5 }, [['a', 5]], 'a list of [key, value] pairs'],
    ['number', 'boolean', 2.5, true, 'false when it is 0, and true otherwise'],
    ['integer', 'boolean', 7, true, 'false when it is 0, and true otherwise'],
    ['string', 'boolean', 'yes', false, 'true when it is "true" or "1", and false otherwise'],
    ['string', 'number', 'ten', 0, 'the number that it contains, and 0 when it is not a number'],
    ['string', 'number', ' ', 0, 'the number that it contains, and 0 when it is not a number'],
    ['string', 'integer', '2.5', 2, 'the whole number that it contains without a fraction, and 0 when it is not a number'],
    [
      'string',
      'object',
      'a: 1',
      { value: 'a: 1' },
      'the object that its JSON text describes, or an object with the key "value" when it is not such a text',
    ],
    ['number', 'integer', 2.9, 2, 'a whole number without its fraction'],
    ['number', 'object', 2.5, { value: 2.5 }, 'an object with the key "value"'],
    ['integer', 'object', 2, { value: 2 }, 'an object with the key "value"'],
    ['boolean', 'object', true, { value: true }, 'an object with the key "value"'],
  ])('reports the conversion from %s to %s as a loss', (from, to, value, converted, becomes) => {
    expect(loss(type(from), type(to))?.becomes).toBe(becomes)
    expect(findValueLoss(value, { schema: type(to), root: {} })?.becomes).toBe(becomes)
    expect(compileCoercion(type(to))?.(value)).toEqual(converted)
  })

  it.each([
    ['number', '12'],
    ['number', ' -1.5e3 '],
    ['number', '7615917337495251231'],
    ['number', '1e999'],
    ['integer', '12'],
    ['integer', 12n],
    ['boolean', 'TRUE'],
    ['boolean', 'false'],
    ['boolean', '0'],
    ['boolean', 1],
    ['object', '{"a":1}'],
  ])('reports no loss at a pin of type %s for %j, which keeps its meaning', (to, value) => {
    expect(findValueLoss(value, { schema: type(to), root: {} })).toBeUndefined()
  })

  it.each([
    ['number', 'ten', false],
    ['number', [1], false],
    ['integer', 1.5, false],
    ['boolean', {}, false],
    ['string', [1], true],
    ['object', 'ten', true],
    ['array', { a: 1 }, true],
  ])('at a pin of type %s, marks the loss of %j as reversible: %s', (to, value, isReversible) => {
    expect(findValueLoss(value, { schema: type(to), root: {} })).toMatchObject({ isReversible })
  })

  it('checks each item of a list and each member of an object', () => {
    const numbers = { schema: listOf('number'), root: {} }
    expect(findValueLoss([1, '2', 'x'], numbers)).toMatchObject({ from: 'list of texts', to: 'list of numbers' })
    expect(findValueLoss([1, '2', null], numbers)).toBeUndefined()
    expect(findValueLoss('[1, "x"]', numbers)).toMatchObject({ from: 'list of texts', to: 'list of numbers' })
    expect(findValueLoss('x', numbers)).toMatchObject({ from: 'list of texts', to: 'list of numbers' })
    expect(findValueLoss('[1, "2"]', numbers)).toBeUndefined()
    const record = { type: 'object', additionalProperties: type('number') }
    const expected = {
      from: 'object of lists',
      to: 'object of numbers',
      becomes: 'an object in which each member becomes the number of its items',
    }
    expect(findValueLoss({ a: 1, b: [2] }, { schema: record, root: {} })).toMatchObject(expected)
    expect(loss({ type: 'object', properties: { a: type('number'), b: type('array') } }, record)).toMatchObject(expected)
    expect(loss({ type: 'object', additionalProperties: type('array') }, record)).toMatchObject(expected)
  })

  it.each([
    ['string', 'array'],
    ['number', 'string'],
    ['number', 'array'],
    ['boolean', 'number'],
    ['integer', 'number'],
    ['array', 'array'],
    ['object', 'object'],
  ])('reports no loss from %s to %s', (from, to) => {
    expect(loss(type(from), type(to))).toBeUndefined()
  })

  it('reports no loss if the source or the sink accepts any type or a type of both matches', () => {
    expect(loss({}, type('number'))).toBeUndefined()
    expect(loss(type('array'), {})).toBeUndefined()
    expect(loss({ anyOf: [type('array'), type('number')] }, type('number'))).toBeUndefined()
    expect(loss(type('array'), { anyOf: [type('number'), type('array')] })).toBeUndefined()
  })

  it('resolves null, unions and references', () => {
    expect(loss({ anyOf: [type('array'), type('null')] }, { anyOf: [type('null'), type('number')] })).toEqual({
      from: 'list',
      to: 'number',
      becomes: 'the number of its items',
      isReversible: false,
    })
    expect(loss({ type: ['array', 'object'] }, type('number'))?.from).toBe('list or object')
    const root = { $defs: { rows: listOf('object') } }
    const sink = { schema: type('number'), root: {} }
    expect(findLoss({ schema: { $ref: '#/$defs/rows' }, root }, [], sink, [])?.from).toBe('list')
  })

  it('checks the items of lists', () => {
    expect(loss(listOf('object'), listOf('array'))).toEqual({
      from: 'list of objects',
      to: 'list of lists',
      becomes: 'a list in which each item becomes a list of [key, value] pairs',
      isReversible: true,
    })
    expect(loss(listOf('number'), listOf('string'))).toBeUndefined()
  })

  it('follows the paths of dynamic pins', () => {
    const table = { type: 'object', properties: { rows: listOf('object'), size: type('number') } }
    expect(loss(table, type('number'), 'out_@_rows')?.from).toBe('list')
    expect(loss(table, type('number'), 'out_@_size')).toBeUndefined()
    expect(loss(table, type('number'), 'out_@_other')).toBeUndefined()
    expect(loss(type('array'), listOf('number'), 'out', 'in_$_0')?.to).toBe('number')
    expect(loss(type('array'), { type: 'object', additionalProperties: type('number') }, 'out', 'in_#_a')?.to).toBe('number')
  })

  it('reports no loss in an object with named members, whose values are not converted', () => {
    expect(loss(type('array'), { type: 'object', properties: { a: type('number') } }, 'out', 'in_@_a')).toBeUndefined()
  })
})

it('finds the member that a pin accepts without a conversion', () => {
  const source = { schema: { type: 'object', properties: { name: type('string'), rows: listOf('object') } }, root: {} }
  expect(findFittingMember(source, { schema: type('array'), root: {} })).toBe('rows')
  expect(findFittingMember(source, { schema: type('boolean'), root: {} })).toBeUndefined()
})
