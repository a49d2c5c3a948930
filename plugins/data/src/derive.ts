import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { readField, toNumber, rows, withField } from './rows/index.ts'

const OPERATIONS = ['year', 'month', 'day', 'upper', 'lower', 'number', 'text', 'length'] as const

export const derive = defineBlock({
  id: 'a2d81358-e989-4d6b-8989-9e134be1682d',
  name: 'derive',
  description: 'Add a field to every row, computed from another field.',
  category: 'DATA',
  icon: 'function-square',
  synonyms: [
    'add column',
    'computed field',
    'calculated field',
    'formula',
    'map',
    'set field',
    'edit fields',
    'transform rows',
    'enrich',
  ],
  input: z.object({
    rows,
    field: z.string().describe('Field to add or replace.'),
    from: z.string().describe('Field to read the value from.'),
    operation: z
      .enum(OPERATIONS)
      .describe(
        'Operation to apply. Year, month and day return a number and accept a date such as 2026-07-31 or milliseconds since 1970 (UTC).',
      ),
  }),
  output: z.object({ rows: rows.describe('The field is null if the operation has no result.') }),
  tests: [
    {
      input: { rows: [{ d: '2012-01-09' }, { d: '2015-11-30T23:59:59Z' }], field: 'month', from: 'd', operation: 'month' },
      output: [
        [
          'rows',
          [
            { d: '2012-01-09', month: 1 },
            { d: '2015-11-30T23:59:59Z', month: 11 },
          ],
        ],
      ],
    },
    {
      name: 'treats a number as milliseconds since 1970',
      input: { rows: [{ d: 1614764492648 }, { d: -1 }, { d: 1e300 }, { d: 0.5 }], field: 'y', from: 'd', operation: 'year' },
      output: [
        [
          'rows',
          [
            { d: 1614764492648, y: 2021 },
            { d: -1, y: 1969 },
            { d: 1e300, y: null },
            { d: 0.5, y: 1970 },
          ],
        ],
      ],
    },
    {
      name: 'returns null for values that are not dates',
      input: { rows: [{ d: 'Jun 12 1998' }, {}, { d: '2012-13-01' }], field: 'd', from: 'd', operation: 'year' },
      output: [['rows', [{ d: null }, { d: null }, { d: null }]]],
    },
    {
      input: { rows: [{ n: '4.5' }, { n: '' }, { n: '7615917337495251231' }], field: 'n', from: 'n', operation: 'number' },
      output: [['rows', [{ n: 4.5 }, { n: null }, { n: 7615917337495251231n }]]],
    },
    {
      input: { rows: [{ t: 'Ada' }, { t: 5 }], field: 'u', from: 't', operation: 'upper' },
      output: [
        [
          'rows',
          [
            { t: 'Ada', u: 'ADA' },
            { t: 5, u: '5' },
          ],
        ],
      ],
    },
    {
      input: { rows: [{ t: '😀!' }, { t: [1, 2, 3] }, { t: 1 }], field: 't', from: 't', operation: 'length' },
      output: [['rows', [{ t: 2 }, { t: 3 }, { t: null }]]],
    },
  ],
  *run({ rows, field, from, operation }) {
    yield ['rows', rows.map((row) => withField(row, field, compute(readField(row, from), operation) ?? null))]
  },
})

function compute(value: unknown, operation: (typeof OPERATIONS)[number]): unknown {
  if (value === null) return null
  switch (operation) {
    case 'year':
    case 'month':
    case 'day':
      return parseDateParts(value)?.[operation]
    case 'upper':
      return toText(value).toUpperCase()
    case 'lower':
      return toText(value).toLowerCase()
    case 'number':
      return toNumber(value)
    case 'text':
      return toText(value)
    case 'length':
      return typeof value === 'string' ? Array.from(value).length : Array.isArray(value) ? value.length : undefined
  }
}

function parseDateParts(value: unknown): { year: number; month: number; day: number } | undefined {
  // The date in a string is used as written; its UTC offset is ignored.
  const text = typeof value === 'number' ? toIsoDate(value) : typeof value === 'string' ? value : ''
  const [year, month, day] = [readDigits(text, 0, 4), readDigits(text, 5, 7), readDigits(text, 8, 10)]
  if (text[4] !== '-' || text[7] !== '-') return undefined
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const last = month === 2 ? (isLeap ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
  return month >= 1 && month <= 12 && day >= 1 && day <= last ? { year, month, day } : undefined
}

/** Returns NaN if there are not only digits. */
function readDigits(text: string, from: number, to: number): number {
  let number = 0
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 0x30
    number = digit >= 0 && digit <= 9 ? number * 10 + digit : NaN
  }
  return number
}

/** Returns '' for a number that is not a valid date. */
function toIsoDate(epochMs: number): string {
  const date = new Date(epochMs)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
