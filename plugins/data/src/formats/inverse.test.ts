import { orderedObject } from '@ashlar/sdk'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseFixedWidth, writeFixedWidth } from './fixed-width.ts'
import { parseJsonLines } from './parse-json-lines.ts'
import { parseXml } from './parse-xml.ts'
import { writeJsonLines } from './write-json-lines.ts'
import { writeXml } from './write-xml.ts'

type AnyBlock =
  | typeof parseXml
  | typeof writeXml
  | typeof parseJsonLines
  | typeof writeJsonLines
  | typeof parseFixedWidth
  | typeof writeFixedWidth

function runBlock(block: AnyBlock, input: unknown): Record<string, unknown> {
  const pairs = block.run(block.input.parse(input) as never, undefined as never)
  return Object.fromEntries(pairs as Iterable<[string, unknown]>)
}

const name = fc.stringMatching(/^[a-zé_][\w.-]{0,5}$/u).filter((each) => each !== '__proto__')
/** XML does not keep white space at the ends of a text. */
const text = fc
  .string({ unit: 'grapheme', maxLength: 8 })
  .filter((each) => each.trim() === each && !/[\u0000-\u0008\u000b-\u001f\ufffe\uffff\r]/.test(each))

const element = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.dictionary(name, fc.oneof(tie('value'), fc.array(tie('value'), { minLength: 2, maxLength: 3 })), {
      minKeys: 1,
      maxKeys: 3,
    }),
  ),
})).value

test('parse-xml reads the data that write-xml wrote', () => {
  fc.assert(
    fc.property(name, element, (root, value) => {
      const { xml } = runBlock(writeXml, { data: { [root]: value } })
      expect(runBlock(parseXml, { input_xml: xml })).toEqual({ parsed_xml: { [root]: value } })
    }),
    { numRuns: 500 },
  )
})

test('parse-json-lines reads the values that write-json-lines wrote', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.jsonValue({ noUnicodeString: false }), fc.bigInt())), (rows) => {
      const { contents } = runBlock(writeJsonLines, { rows })
      expect(JSON.stringify(runBlock(parseJsonLines, { contents })['rows'])).toBe(JSON.stringify(rows))
    }),
  )
})

test('parse-fixed-width reads the rows that write-fixed-width wrote', () => {
  const columns = [
    { name: 'a', width: 8 },
    { name: '2', width: 8, align: 'right' },
  ]
  const cell = fc.string({ unit: 'binary', maxLength: 4 }).filter((each) => each.trim() === each && !/[\r\n\ufeff]/.test(each))
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constant('x'), cell)), (lines) => {
      const rows = lines.map(([a, b]) =>
        orderedObject([
          ['a', a],
          ['2', b],
        ]),
      )
      const { contents } = runBlock(writeFixedWidth, { rows, columns })
      expect(runBlock(parseFixedWidth, { contents, columns })['rows']).toEqual(rows)
    }),
  )
})
