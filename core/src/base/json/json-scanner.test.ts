import { parseJson } from '@ashlar/sdk/json'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JsonScanner } from './index.ts'

function scan(text: string): number | undefined {
  return new JsonScanner(Buffer.from(text)).scan(0)?.end
}

function accepts(text: string): boolean {
  return scan(text) === Buffer.byteLength(text)
}

/** Parts of texts that are unusual, or no JSON. */
const HOSTILE = [
  '"a":1,"a":2',
  '"__proto__":{"x":1}',
  '"constructor":null',
  '"\\u0061":1',
  '"\\ud800"',
  '"\\n"',
  '"\\/"',
  '"\u0000"',
  '"\\x"',
  '"2024":1,"10":2',
  '"é😀"',
  '-0',
  '-0.0',
  '0.0',
  '1.50',
  '1.0',
  '0.05',
  '0.0000001',
  '1e-7',
  '1e5',
  '1E5',
  '1e+21',
  '1e400',
  '-1e400',
  '1e-400',
  '1e',
  '.5',
  '5.',
  '007',
  '+1',
  '--1',
  '12345678901234567890',
  '1000000000000000000000',
  '9007199254740993.5',
  '0.30000000000000004',
  '1'.repeat(101),
  '1'.repeat(1001),
  'NaN',
  'Infinity',
  'nul',
  'truefalse',
  'undefined',
  ' ',
  '\t',
  '\n',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '/**/',
  '"a"',
  '1',
  'null',
  'true',
  '{}',
  '[]',
]

describe('JsonScanner', () => {
  it('accepts only text that parsing and writing does not change', () => {
    const hostile = fc.array(fc.oneof(fc.constantFrom(...HOSTILE), fc.json()), { maxLength: 8 }).map((parts) => parts.join(''))
    const changed = fc.tuple(fc.json(), fc.nat(), fc.constantFrom('', ...HOSTILE)).map(([json, place, part]) => {
      const at = place % (json.length + 1)
      return json.slice(0, at) + part + json.slice(at + 1)
    })
    const wrapped = fc.oneof(hostile, changed).map((text) => [text, `[${text}]`, `{${text}}`, `{"k":${text},"l":[${text}]}`])
    fc.assert(
      fc.property(wrapped, (texts) => {
        for (const text of texts) {
          fc.pre(text.isWellFormed())
          expect(!accepts(text) || JSON.stringify(parseJson(text)) === text).toBe(true)
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('accepts the text of every value without \\u escapes', () => {
    const value = fc.jsonValue({ maxDepth: 5 })
    fc.assert(
      fc.property(fc.array(value), (values) => {
        const text = JSON.stringify(values)
        fc.pre(!text.includes('\\u'))
        expect(accepts(text)).toBe(true)
      }),
    )
  })

  it('accepts rows whose keys differ', () => {
    expect(accepts('[{"a":1,"b":2},{"b":1,"a":2},{},{"a":1},{"a":1,"c":2,"b":3},{"2024":1,"10":2}]')).toBe(true)
  })

  it.each([
    ['a repeated key', '{"a":1,"b":2,"a":3}'],
    ['a repeated key in the second object', '[{"a":1,"b":2},{"a":1,"b":2,"a":3}]'],
    ['a repeated key after keys of the last object', '[{"a":1,"b":2,"c":3},{"a":1,"c":2,"a":3}]'],
    ['two spellings of one key', '{"a":1,"\\u0061":2}'],
    ['white space', '[1, 2]'],
    ['a fraction that ends with 0', '[1.50]'],
    ['-0', '[-0]'],
    ['a number beyond the largest', '[1e400]'],
    ['an integer of more than 1000 digits', `[${'1'.repeat(1001)}]`],
    ['a control character', '["\u0001"]'],
    ['an end that is missing', '[{"a":1}'],
    ['nothing', ''],
  ])('rejects %s', (_, text) => expect(scan(text)).toBeUndefined())

  it('stops after the value', () => expect(scan('[1],[2]')).toBe(3))

  it('accepts 1000 levels and no more', () => {
    const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)
    expect([accepts(nested(1000)), accepts(nested(1001))]).toEqual([true, false])
  })

  it('returns the types of the items of a list', () => {
    const scanned = new JsonScanner(Buffer.from('[{"a":[]},"x",-1,null]')).scan(0)
    expect(scanned?.itemTypes).toEqual(new Set(['null', 'number', 'string', 'object']))
  })

  it('distinguishes many keys in linear time', () => {
    const object = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`k${i}`, i]))
    expect(accepts(JSON.stringify([object, object]))).toBe(true)
  })
})
