import { defineBlock, parseJson } from '@ashlar/sdk'
import { z } from 'zod'
import { readField, rows, toNumber, withField } from '../rows/index.ts'

const TYPES = ['text', 'number', 'integer', 'boolean', 'date', 'json'] as const
type Type = (typeof TYPES)[number]

const failure = z.object({ row: z.int().describe('Number of the row, from 1.'), field: z.string(), value: z.unknown() })

export const cast = defineBlock({
  id: '08b94507-e8dc-4fa0-8533-625db2c73ba9',
  name: 'cast',
  description: 'Convert fields of all rows to numbers, texts, booleans, dates or JSON values.',
  category: 'DATA',
  icon: 'replace-all',
  synonyms: [
    'convert type',
    'change type',
    'data types',
    'parse numbers',
    'to number',
    'to boolean',
    'to date',
    'coerce',
    'typecast',
    'infer types',
  ],
  input: z.object({
    rows,
    types: z.record(z.string(), z.enum(TYPES)).meta({
      title: 'Types',
      description: 'The type of each field to convert.',
      examples: [{ amount: 'number', paid: 'boolean' }],
    }),
    decimal: z.enum(['.', ',']).default('.').meta({
      title: 'Decimal point',
      description: 'The decimal point of texts. The other one of "." and "," may separate thousands.',
    }),
    invalid: z
      .enum(['null', 'keep', 'error'])
      .default('null')
      .meta({ title: 'Invalid values', description: 'Replace a value that cannot be converted with null, keep it, or fail.' }),
  }),
  output: z.object({ rows, failures: z.array(failure).describe('The values that could not be converted.') }),
  tests: [
    {
      input: {
        rows: [
          { a: '1,234.5', b: 'Yes', c: '31.07.2026', d: '{"x":1}', e: 5 },
          { a: '', b: '0', c: '2026-07-31T10:00:00Z', d: null, e: null },
        ],
        types: { a: 'number', b: 'boolean', c: 'date', d: 'json', e: 'text' },
      },
      output: [
        [
          'rows',
          [
            { a: 1234.5, b: true, c: '2026-07-31', d: { x: 1 }, e: '5' },
            { a: null, b: false, c: '2026-07-31', d: null, e: null },
          ],
        ],
        ['failures', []],
      ],
    },
    {
      input: {
        rows: [{ n: '1.234,5' }, { n: '12345678901234567890' }, { n: 'x' }],
        types: { n: 'number' },
        decimal: ',',
        invalid: 'keep',
      },
      output: [
        ['rows', [{ n: 1234.5 }, { n: 12345678901234567890n }, { n: 'x' }]],
        ['failures', [{ row: 3, field: 'n', value: 'x' }]],
      ],
    },
    {
      input: { rows: [{ n: 1.5, d: '31.02.2026' }], types: { n: 'integer', d: 'date' } },
      output: [
        ['rows', [{ n: null, d: null }]],
        [
          'failures',
          [
            { row: 1, field: 'n', value: 1.5 },
            { row: 1, field: 'd', value: '31.02.2026' },
          ],
        ],
      ],
    },
    {
      input: { rows: [{ n: 1 }, { n: 'many' }], types: { n: 'number' }, invalid: 'error' },
      output: [['error', 'row 2: the field "n" must be a number, got "many"']],
    },
    {
      name: 'separators at places where thousands do not end',
      input: {
        rows: [{ n: '3,14' }, { n: '1 2 3' }, { n: '12,34,567.5' }, { n: "1'234" }, { n: '0x10' }],
        types: { n: 'number' },
      },
      output: [
        ['rows', [{ n: null }, { n: null }, { n: 1234567.5 }, { n: 1234 }, { n: null }]],
        [
          'failures',
          [
            { row: 1, field: 'n', value: '3,14' },
            { row: 2, field: 'n', value: '1 2 3' },
            { row: 5, field: 'n', value: '0x10' },
          ],
        ],
      ],
    },
  ],
  *run({ rows, types, decimal, invalid }) {
    const failures: z.output<typeof failure>[] = []
    const converted = rows.map((row, i) =>
      Object.entries(types).reduce((wide, [field, type]) => {
        const value = readField(row, field)
        const result = convert(value, type, decimal)
        if (result !== undefined) return withField(wide, field, result)
        if (invalid === 'error')
          throw new Error(
            `row ${i + 1}: the field ${JSON.stringify(field)} must be ${NAMES[type]}, got ${JSON.stringify(value).slice(0, 100)}`,
          )
        failures.push({ row: i + 1, field, value })
        return withField(wide, field, invalid === 'keep' ? value : null)
      }, row),
    )
    yield ['rows', converted]
    yield ['failures', failures]
  },
})

const NAMES: Record<Type, string> = {
  text: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  date: 'a date',
  json: 'JSON text',
}
const [TRUE, FALSE] = [new Set(['true', 'yes', 'y', 'on', '1', 't']), new Set(['false', 'no', 'n', 'off', '0', 'f'])]

/** @returns undefined when the value cannot be converted. A missing value and an empty text are null. */
function convert(value: unknown, type: Type, decimal: '.' | ','): unknown {
  if (value === null || (value === '' && type !== 'text')) return null
  switch (type) {
    case 'text':
      return typeof value === 'string' ? value : JSON.stringify(value)
    case 'number':
      return readNumber(value, decimal)
    case 'integer': {
      const number = readNumber(value, decimal)
      return typeof number === 'bigint' || Number.isInteger(number) ? number : undefined
    }
    case 'boolean': {
      const word = String(value).trim().toLowerCase()
      return TRUE.has(word) ? true : FALSE.has(word) ? false : undefined
    }
    case 'date':
      return readDate(value)
    case 'json':
      return typeof value === 'string' ? readJson(value) : value
  }
}

function readNumber(value: unknown, decimal: '.' | ','): number | bigint | undefined {
  if (typeof value !== 'string') return toNumber(value)
  const text = decimal === '.' ? value.trim() : value.trim().replaceAll(/[.,]/g, (sign) => (sign === '.' ? ',' : '.'))
  const [whole = '', ...rest] = text.split(/(?=[.eE])/)
  const isGrouped = SEPARATOR.test(whole)
  if (isGrouped && !GROUPED.test(whole)) return undefined
  return toNumber((isGrouped ? whole.replaceAll(SEPARATORS, '') : whole) + rest.join(''))
}

const SEPARATOR = /[\s',_]/
const SEPARATORS = /[\s',_]/g
/** The last group has three digits, and each group before it two (as in India) or three. "3,14" is not a number. */
const GROUPED = /^[+-]?\d{1,3}(?:[\s',_]\d{2,3})*[\s',_]\d{3}$/

/** Accepts 2026-07-31 with any time after it, 31.07.2026, and 2026/07/31. */
function readDate(value: unknown): string | undefined {
  const text = String(value).trim()
  const iso = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ].*)?$/.exec(text)
  const german = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text)
  const [year, month, day] = iso ? iso.slice(1) : german ? german.slice(1).toReversed() : []
  if (year === undefined || month === undefined || day === undefined) return undefined
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  return new Date(`${date}T00:00:00Z`).toJSON()?.startsWith(date) ? date : undefined
}

function readJson(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}
