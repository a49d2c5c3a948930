import fc from 'fast-check'
import { expect, test } from 'vitest'
import { orderedObject } from './key-order.ts'
import { parseJson } from './parse-json.ts'

test('keeps the order of keys that are whole numbers', () => {
  const text = '{"name":{"b":[{"10":1,"2":"\\"3\\": x"}]},"2024":1,"#":2,"#1":3,"2023":4}'
  expect(JSON.stringify(parseJson(text))).toBe(text)
  expect(Object.keys(parseJson(text) as object)).toEqual(['name', '2024', '#', '#1', '2023'])
})

test('parses the same values as JSON.parse, in the order of the text', () => {
  const key = fc.oneof(
    fc.constantFrom(
      '1',
      '2',
      '10',
      '#',
      '#1',
      '%',
      '%0a',
      '\n',
      '\\',
      '\\n',
      '"',
      'a\\',
      'a\n',
      '1": 2',
      '__proto__',
      'toJSON',
      '',
    ),
    fc.string({ unit: 'binary' }),
  )
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      key,
      fc.constantFrom(null, true, 0, -1.5e9),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.uniqueArray(fc.tuple(key, tie('value')), { selector: ([name]) => name, maxLength: 5 }).map(orderedObject),
    ),
  }))
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 1), (original, space) => {
      const text = JSON.stringify(original, undefined, space)
      const read = parseJson(text)
      expect(JSON.stringify(read, undefined, space)).toBe(text)
      expect(read).toEqual(original) // JSON.parse of V8 14.6 misreads some keys with escapes
    }),
    { numRuns: 2000 },
  )
})

test.each([
  ['{"k1":1,"\\\\":2}', '{"k1":1,"\\n":2}'],
  ['{"k2":1,"x\\\\":2}', '{"k2":1,"x\\n":2}'],
  ['{"k3":1,"\\\\n":2}', '{"k3":1,"\\nx":2}'],
  ['{"k4":1,"\\\\":2}', '{"k4":1,"\\u0041":2}'],
])('after %s, preserves the keys of %s', (before, text) => {
  const escaped = (JSON.parse(`[${text.slice(text.lastIndexOf(',') + 1, text.lastIndexOf(':'))}]`) as [string])[0]
  JSON.parse(before)
  parseJson(before)
  expect(Object.keys(parseJson(text) as object)[1]).toBe(escaped)
})

test('an error names the position in the original text, not in the marked text', () => {
  for (const text of ['{"\\n":1,}', '{"1":1,}', '{"\\x":1}']) {
    const messageOf = (parse: (text: string) => unknown): string => {
      try {
        return String(parse(text))
      } catch (error) {
        return String(error)
      }
    }
    expect(messageOf(parseJson)).toBe(messageOf(JSON.parse))
    expect(messageOf(parseJson)).toMatch(/^SyntaxError/)
  }
})

test('rejects invalid JSON', () => {
  for (const text of ['{"1":', '{"1":2}}', '{"1":"', '"1":2', '{"1":"a\\"}']) expect(() => parseJson(text)).toThrow(SyntaxError)
})

test('an ordered object is mutable', () => {
  const object = orderedObject([
    ['b', 1],
    ['1', 2],
    ['0', 3],
  ])
  delete object['1']
  object.c = 4
  object['1'] = 5
  expect(JSON.stringify(object)).toBe('{"b":1,"1":5,"0":3,"c":4}')
  expect({ ...object }).toEqual({ b: 1, '0': 3, '1': 5, c: 4 })
})

test('an object whose order equals that of JavaScript is a plain object', () => {
  expect(
    structuredClone(
      orderedObject([
        ['1', 1],
        ['a', 2],
      ]),
    ),
  ).toEqual({ '1': 1, a: 2 }) // a proxy cannot be cloned
})

test('reads a key that is written in several ways as JSON.parse does', () => {
  const text = String.raw`{"b":0,"1":0,"\u0031":1,"\u00232":2,"#2":3,"1" :4,"2\u0030":5,"20":6,"\"1":7}`
  const read = parseJson(text)
  expect(read).toEqual(JSON.parse(text))
  expect(JSON.stringify(read)).toBe(String.raw`{"b":0,"1":4,"#2":3,"20":6,"\"1":7}`)
})
