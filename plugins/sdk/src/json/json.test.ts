import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  canonicalJson,
  compareValues,
  isEqual,
  parseJson,
  parseNumber,
  reviveNumber,
  stringifyJson,
  toJsonNumber,
} from './index.ts'
import { findPath } from './json-path.ts'

/** A JSON value with integers of any size, as `parseJson` returns it. */
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.string(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map(asRead),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value

/** Parses the text of an integer. */
function asRead(integer: bigint): unknown {
  return parseJson(String(integer))
}

/** The same value with its keys in another order, and its numbers as bigints where they are whole. */
function rearranged(value: unknown): unknown {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
  if (Array.isArray(value)) return value.map(rearranged)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, rearranged(member)]),
  )
}

/** Digits that JSON allows for a number. */
const numberText = fc.oneof(
  fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }).map(String),
  fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.integer({ min: -290, max: 280 })).map(([m, e]) => `${m}e${e}`),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number)),
)

describe('parseJson', () => {
  it('preserves the digits of every integer in a round trip, at any position', () => {
    const texts = fc.tuple(fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }), fc.string(), fc.constantFrom('', ' ', '\n\t'))
    fc.assert(
      fc.property(texts, ([integer, text, space]) => {
        const [digits, string] = [String(integer), JSON.stringify(text)]
        const around: [before: string, after: string][] = [
          ['', ''],
          ['[', ']'],
          [`[${string},`, ']'],
          [`{${string}:`, '}'],
        ]
        for (const [before, after] of around) {
          const parsed = parseJson(`${before}${space}${digits}${space}${after}`)
          expect(JSON.stringify(parsed)).toBe(`${before}${digits}${after}`)
        }
      }),
    )
  })

  it('returns the result of JSON.parse, except for large integers', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = JSON.stringify(value)
        expect(parseJson(text)).toEqual(JSON.parse(text, reviveNumber))
        fc.pre(!/\d{16}/.test(text))
        expect(parseJson(text)).toEqual(JSON.parse(text))
      }),
    )
  })

  it('preserves every number that a block can yield', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        expect(parseJson(JSON.stringify([number]))).toEqual([number + 0])
      }),
    )
  })

  it('finds a long integer after texts with any number of digits', () => {
    for (let length = 0; length < 40; length++) {
      const before = `{"${'7'.repeat(length)}":"${'1'.repeat(length)}","x":`
      expect(parseJson(`${before}12345678901234567}`)).toMatchObject({ x: 12345678901234567n })
      expect(parseJson(`${before}-12345678901234567}`)).toMatchObject({ x: -12345678901234567n })
    }
  })

  it.each([
    ['1e999', 'the value is 1e999'],
    ['[1, -1e999]', '[1] is -1e999'],
    ['{"rows":[{"a":1},{"price":1E+400 }]}', 'rows[1].price is 1E+400'],
    ['{"a b":1e309}', '["a b"] is 1e309'],
    [`[${'9'.repeat(1001)}]`, '[0] is 9999'],
  ])('rejects %s with the path of the number', (text, start) => {
    expect(() => parseJson(text)).toThrow(RangeError)
    expect(() => parseJson(text)).toThrow(start)
  })

  it('does not change numbers in texts', () => {
    const text = '{"a":"1e999, 12345678901234567890","b":", 1e999 ","e12345":0}'
    expect(JSON.stringify(parseJson(text))).toBe(text)
  })

  it('rejects invalid JSON with the error of JSON.parse, also after a long integer', () => {
    for (const text of ['', '{', '[12345678901234567890', '01234567890123456789'])
      expect(() => parseJson(text)).toThrow(SyntaxError)
  })

  it('accepts exactly the texts that JSON.parse accepts, with the same values', () => {
    const digits = fc.constantFrom(
      '0',
      '1',
      '-',
      '+',
      '.',
      'e',
      'E',
      '1234567890123456',
      '9007199254740993',
      '00',
      'e999',
      'e-999',
    )
    const strings = fc.constantFrom('"', '""', '"#n1"', '"#s"', '"#', String.raw`"\u0023n5"`, String.raw`"\"`, '"7":', '"a":')
    const others = fc.constantFrom('{', '}', '[', ']', ',', ':', ' ', 'null', '\\')
    const read = (parse: () => unknown): unknown => {
      try {
        return { value: parse() }
      } catch (error) {
        return error instanceof SyntaxError ? 'no JSON' : 'too large'
      }
    }
    const text = fc.array(fc.oneof(digits, strings, others), { maxLength: 12 }).map((parts) => parts.join(''))
    const around = fc.constantFrom(['[{"1":0},', ']'], ['{"b":', ',"1":0}'], ['{"1":[', '],"a":9007199254740993}'], ['', ''])
    fc.assert(
      fc.property(text, around, (inner, [before, after]) => {
        const whole = `${before}${inner}${after}`
        expect(read(() => parseJson(whole))).toEqual(read(() => JSON.parse(whole, reviveNumber)))
      }),
      { numRuns: 20_000 },
    )
  })

  it('preserves keys such as __proto__, and the last of equal keys', () => {
    const parsed = parseJson('{"__proto__":{"a":12345678901234567890},"k":1,"k":12345678901234567891}') as object
    expect(Object.keys(parsed)).toEqual(['__proto__', 'k'])
    expect(JSON.stringify(parsed)).toBe('{"__proto__":{"a":12345678901234567890},"k":12345678901234567891}')
  })
})

describe('parseNumber', () => {
  it('reads the text of a number as parseJson does', () => {
    fc.assert(
      fc.property(numberText, (text) => {
        expect(parseNumber(` ${text} `)).toEqual(parseJson(text))
      }),
    )
  })

  it.each([
    ['+12345678901234567890', 12345678901234567890n],
    ['000501', 501],
    ['.5', 0.5],
    ['5.', 5],
    ['', undefined],
    ['0x10', undefined],
    ['Infinity', undefined],
    ['1 2', undefined],
  ])('reads %j as %s', (text, expected) => expect(parseNumber(text)).toBe(expected))

  it('rejects a number that is too large', () => expect(() => parseNumber('1e999')).toThrow('1e999, which is too large'))
})

describe('findPath', () => {
  const timeOf = (depth: number): number => {
    let value: unknown = Array.from({ length: 300_000 }, () => 0)
    for (let i = 0; i < depth; i++) value = [value]
    const start = performance.now()
    expect(findPath(value, (part) => part === 1)).toBeUndefined()
    return performance.now() - start
  }

  it('inspects a deep value about as fast as a flat one', () => {
    timeOf(1)
    const best = (depth: number): number => Math.min(...Array.from({ length: 5 }, () => timeOf(depth)))
    expect(best(2000) / best(1)).toBeLessThan(10)
  })
})

describe('stringifyJson', () => {
  it('writes what parseJson reads back', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(parseJson(stringifyJson(value))).toEqual(value)
      }),
    )
  })

  const invalid: [name: string, value: unknown, problem: string][] = [
    ['NaN', NaN, 'the value is NaN'],
    ['Infinity in a list', { rows: [{ price: -Infinity }] }, 'rows[0].price is -Infinity'],
    ['undefined', undefined, 'the value is undefined'],
    ['undefined in a list', { a: [1, undefined] }, 'a[1] is undefined'],
    ['a function', { f: () => 1 }, 'f is a function'],
    ['a symbol', [Symbol('s')], '[0] is a symbol'],
    ['a Map', { m: new Map([[1, 2]]) }, 'm is an object of the class Map'],
    ['a Set', [new Set([1])], '[0] is an object of the class Set'],
    ['bytes', { b: new Uint8Array(2) }, 'b is an object of the class Uint8Array'],
    ['an error', { e: new Error('x') }, 'e is an object of the class Error'],
    ['an object of a class without fields', { r: /x/ }, 'r is an object of the class RegExp'],
    ['an invalid Date', { d: new Date(NaN) }, 'd is an invalid Date'],
    ['NaN from toJSON', { d: { toJSON: () => [NaN] } }, 'd[0] is NaN'],
    ['raw JSON that is too large', { n: JSON.rawJSON('1e999') }, 'n is the raw JSON 1e999'],
    ['an integer of more than 1000 digits', [10n ** 1000n], '[0] is an integer of more than 1000 digits'],
  ]
  it.each(invalid)('rejects %s with its path', (_name, value, problem) => expect(() => stringifyJson(value)).toThrow(problem))

  it('omits undefined members, and accepts Dates and objects with fields', () => {
    class Point {
      x = 1
    }
    expect(stringifyJson({ u: undefined, d: new Date(0), p: new Point(), n: Object.create(null) as object })).toBe(
      '{"d":"1970-01-01T00:00:00.000Z","p":{"x":1},"n":{}}',
    )
  })

  it('rejects a value that contains itself', () => {
    const value: Record<string, unknown> = {}
    value.self = value
    expect(() => stringifyJson(value)).toThrow(TypeError)
  })
})

describe('isEqual', () => {
  it('ignores the order of keys and the type of numbers', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(isEqual(value, parseJson(JSON.stringify(value)))).toBe(true)
        expect(isEqual(value, rearranged(value))).toBe(true)
        expect(isEqual(rearranged(value), value)).toBe(true)
      }),
    )
  })

  it('agrees with canonical JSON and with compareValues, in both directions', () => {
    const small = fc.constantFrom<unknown>(0, -0, 1, 1n, '1', true, null, [], {}, [1], [1n], { a: 1, b: 2 }, { b: 2n, a: 1 })
    const either = fc.oneof(small, json)
    fc.assert(
      fc.property(either, either, (a, b) => {
        const same = isEqual(a, b)
        expect(isEqual(b, a)).toBe(same)
        expect(canonicalJson(a) === canonicalJson(b)).toBe(same)
        expect(compareValues(a, b) === 0).toBe(same)
        expect(Math.sign(compareValues(a, b))).toBe(-Math.sign(compareValues(b, a)) + 0)
      }),
    )
  })

  it.each([
    [12345678901234567890n, 12345678901234567891n, false],
    [9007199254740993n, 9007199254740992, false],
    [2n ** 64n, 2 ** 64, false], // JSON writes this number as 18446744073709552000
    [18446744073709552000n, 2 ** 64, true],
    [10n ** 21n, 1e21, true],
    [NaN, NaN, true],
    [1, '1', false],
    [1, true, false],
    [{ a: undefined }, {}, true],
    [[undefined], [null], false],
    [new Date(0), '1970-01-01T00:00:00.000Z', true],
    [new Date(0), new Date(1), false],
    [{ __proto__: null }, {}, true],
    [JSON.parse('{"__proto__":1}'), {}, false],
    [[], {}, false],
  ])('of %j and %j is %s', (a, b, expected) => expect([isEqual(a, b), isEqual(b, a)]).toEqual([expected, expected]))
})

describe('compareValues', () => {
  it('orders numbers, texts, booleans, containers and null, independent of the initial order', () => {
    const ordered = [
      -1,
      1,
      9007199254740992,
      9007199254740993n,
      9007199254740994,
      2 ** 64 + 4096,
      'a',
      'b',
      '\uffff',
      '😀',
      false,
      true,
      [1],
      [2],
      { a: 1 },
      null,
    ]
    fc.assert(
      fc.property(fc.shuffledSubarray(ordered, { minLength: ordered.length }), (shuffled) => {
        expect(shuffled.toSorted(compareValues)).toEqual(ordered)
      }),
    )
  })
})

describe('toJsonNumber', () => {
  it('returns a number only if it is written with the same digits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), (integer) => {
        expect(JSON.stringify(toJsonNumber(integer))).toBe(String(integer))
      }),
    )
  })
})
