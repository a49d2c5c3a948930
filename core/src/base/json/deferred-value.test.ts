import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deferredBytes, deferValue, minJsonLength, stringifyDeferred, toJsonPieces } from './index.ts'

function defer(value: unknown): object {
  return deferValue(Buffer.from(JSON.stringify(value)), new Set())
}

const container = fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()))

describe('a deferred value', () => {
  it('behaves like the parsed value', () => {
    fc.assert(
      fc.property(container, (value) => {
        const parsed: unknown = JSON.parse(JSON.stringify(value))
        expect(defer(value)).toEqual(parsed)
        expect(JSON.stringify(defer(value))).toBe(JSON.stringify(parsed))
        expect(Object.entries(defer(value))).toEqual(Object.entries(parsed as object))
        expect(Array.isArray(defer(value))).toBe(Array.isArray(value))
      }),
    )
  })

  it('keeps the order of keys, and a key __proto__', () => {
    const text = '{"b":1,"2":{"x":[]},"1":2,"__proto__":{"a":1}}'
    const value = deferValue(Buffer.from(text), new Set())
    expect(Object.keys(value)).toEqual(['b', '2', '1', '__proto__'])
    expect(JSON.stringify(value)).toBe(text)
    expect('a' in value).toBe(false)
  })

  it('is a list for all functions of lists', () => {
    const list = defer([3, 1, 2]) as number[]
    expect(list.map((each) => each + 1)).toEqual([4, 2, 3])
    expect([...list, ...list.slice(1)]).toEqual([3, 1, 2, 1, 2])
    expect([0].concat(list)).toEqual([0, 3, 1, 2])
    expect([list.length, list.at(-1), list.toReversed()]).toEqual([3, 2, [2, 1, 3]])
  })

  it('cannot be changed', () => {
    const list = defer([1]) as unknown[]
    expect(() => list.push(2)).toThrow(TypeError)
    expect(() => Object.freeze(list)).toThrow(TypeError)
    expect(list).toEqual([1])
  })

  it('has the length of its text', () => expect(minJsonLength(defer([100, 'é']))).toBe('[100,"é"]'.length))
})

describe('stringifyDeferred', () => {
  it('writes what JSON.stringify writes', () => {
    const mixed = fc.dictionary(fc.string(), fc.oneof(container.map(defer), fc.jsonValue(), fc.constant(undefined)))
    fc.assert(
      fc.property(mixed, fc.nat(3), (value, depth) => {
        expect(stringifyDeferred(value, depth)).toBe(JSON.stringify(value))
        expect(stringifyDeferred([value, undefined], depth)).toBe(JSON.stringify([value, undefined]))
      }),
    )
  })

  it('does not parse a deferred value', () => {
    const text = '[this is not JSON]'
    const value = deferValue(Buffer.from(text), new Set())
    expect(String(deferredBytes(value))).toBe(text)
    expect(stringifyDeferred({ a: 1, b: value, c: [value] }, 2)).toBe(`{"a":1,"b":${text},"c":[${text}]}`)
    const pieces = toJsonPieces({ a: 1, b: value }, 1)
    expect(pieces).toHaveProperty('pieces', ['{"a":', '1', ',"b":', deferredBytes(value), '}'])
  })
})
