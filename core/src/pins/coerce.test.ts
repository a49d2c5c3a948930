import { describe, expect, it } from 'vitest'
import { deferValue, type JsonType } from '../base/index.ts'
import { compileCoercion } from './coerce.ts'
import type { JsonSchema } from './json-schema.ts'

const ROWS = { type: 'array', items: { type: 'object', propertyNames: { type: 'string' }, additionalProperties: {} } }

/** A deferred list that fails when it is parsed. */
function unreadable(...types: JsonType[]): object {
  return deferValue(Buffer.from('[this is not JSON]'), new Set(types))
}

describe('the coercion of a list', () => {
  it('returns the list itself if no item changes', () => {
    const [rows, numbers] = [
      [{ a: 1 }, null],
      [1, 2.5],
    ]
    expect(compileCoercion(ROWS)?.(rows)).toBe(rows)
    expect(compileCoercion({ type: 'array', items: { type: 'number' } })?.(numbers)).toBe(numbers)
    expect(compileCoercion({ type: 'array', items: { type: 'string' } })?.([1, 'a'])).toEqual(['1', 'a'])
  })

  it('does not read a deferred list whose items have the type of the pin', () => {
    const rows = unreadable('object', 'null')
    expect(compileCoercion(ROWS)?.(rows)).toBe(rows)
  })

  it.each<[string, JsonSchema, JsonType]>([
    ['of another type', ROWS, 'string'],
    ['that are numbers, because some may be bigints', { type: 'array', items: { type: ['string', 'number'] } }, 'number'],
    ['whose own items are converted', { type: 'array', items: { type: 'array', items: { type: 'string' } } }, 'array'],
  ])('reads a deferred list with items %s', (_, schema, type) => {
    expect(() => compileCoercion(schema)?.(unreadable(type))).toThrow(SyntaxError)
  })
})
