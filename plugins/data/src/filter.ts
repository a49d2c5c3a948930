import { compareNumbers, compareValues, defineBlock, isEqual } from '@ashlar/sdk'
import { z } from 'zod'
import { readField, toNumber, rows } from './rows/index.ts'

const OPERATORS = ['==', '!=', '>', '>=', '<', '<=', 'contains', 'in', 'present', 'missing'] as const

export const filter = defineBlock({
  id: '89f0999f-67e9-4d12-9a2d-779a216f1e77',
  name: 'filter',
  description: 'Keep the rows whose field matches a comparison with a value.',
  category: 'DATA',
  icon: 'filter',
  synonyms: ['where', 'if', 'remove rows', 'keep rows', 'query', 'condition', 'select rows', 'search rows', 'only continue if'],
  input: z.object({
    rows,
    field: z.string().describe('Field to compare.'),
    operator: z
      .enum(OPERATORS)
      .default('==')
      .describe('"contains" searches for a text in a text or an item in a list. "in" searches for the field in a list.'),
    value: z.unknown().default(null).describe('Value to compare with. "present" and "missing" ignore it.'),
  }),
  output: z.object({ rows, count: z.int().describe('Number of rows that were kept.') }),
  tests: [
    {
      name: 'reads numbers from texts',
      input: { rows: [{ n: '10' }, { n: 9 }, { n: null }, { n: 'x' }], field: 'n', operator: '>=', value: 9.5 },
      output: [
        ['rows', [{ n: '10' }]],
        ['count', 1],
      ],
    },
    {
      input: { rows: [{ c: 'USA' }, { c: 'Japan' }, {}], field: 'c', operator: '!=', value: 'USA' },
      output: [
        ['rows', [{ c: 'Japan' }, {}]],
        ['count', 2],
      ],
    },
    {
      input: { rows: [{ t: 'Ada' }, { t: ['da'] }, { t: 5 }], field: 't', operator: 'contains', value: 'da' },
      output: [
        ['rows', [{ t: 'Ada' }, { t: ['da'] }]],
        ['count', 2],
      ],
    },
    {
      input: { rows: [{ c: 'a' }, { c: 'b' }], field: 'c', operator: 'in', value: ['b', 'c'] },
      output: [
        ['rows', [{ c: 'b' }]],
        ['count', 1],
      ],
    },
    {
      name: 'compares long ids exactly, also with a text, and dictionaries by content',
      input: {
        rows: [{ id: 12345678901234567891n }, { id: '12345678901234567890' }, { id: 12345678901234567892n }],
        field: 'id',
        value: 12345678901234567891n,
      },
      output: [
        ['rows', [{ id: 12345678901234567891n }]],
        ['count', 1],
      ],
    },
    {
      input: { rows: [{ d: { a: 1, b: 2 } }, { d: { b: 2, a: 1 } }], field: 'd', value: { b: 2, a: 1 } },
      output: [
        ['rows', [{ d: { a: 1, b: 2 } }, { d: { b: 2, a: 1 } }]],
        ['count', 2],
      ],
    },
    {
      input: { rows: [{ a: 0 }, { a: null }, {}], field: 'a', operator: 'missing' },
      output: [
        ['rows', [{ a: null }, {}]],
        ['count', 2],
      ],
    },
    {
      input: { rows: [{ a: 0 }], field: 'a', operator: 'in', value: 0 },
      output: [['error', 'value must be a list for the operator "in", got 0']],
    },
  ],
  *run({ rows, field, operator, value }) {
    if (operator === 'in' && !Array.isArray(value))
      throw new Error(`value must be a list for the operator "in", got ${JSON.stringify(value).slice(0, 100)}`)
    const kept = rows.filter((row) => TESTS[operator](readField(row, field), value))
    yield ['rows', kept]
    yield ['count', kept.length]
  },
})

const TESTS: Record<(typeof OPERATORS)[number], (actual: unknown, value: unknown) => boolean> = {
  '==': isSame,
  '!=': (actual, value) => !isSame(actual, value),
  '>': (actual, value) => order(actual, value) > 0,
  '>=': (actual, value) => order(actual, value) >= 0,
  '<': (actual, value) => order(actual, value) < 0,
  '<=': (actual, value) => order(actual, value) <= 0,
  contains: (actual, value) =>
    Array.isArray(actual) ? includes(actual, value) : typeof actual === 'string' && actual.includes(String(value)),
  in: (actual, value) => Array.isArray(value) && includes(value, actual),
  present: (actual) => actual !== null,
  missing: (actual) => actual === null,
}

/** Compares by content. A number also equals a text with this number. */
function isSame(a: unknown, b: unknown): boolean {
  return isEqual(a, b) || (isNumber(a) !== isNumber(b) && order(a, b) === 0)
}

function includes(list: unknown[], item: unknown): boolean {
  return list.some((member) => isSame(member, item))
}

/** Returns the result of {@link compareValues}, or NaN when the values have different types. */
function order(a: unknown, b: unknown): number {
  if (isNumber(a) || isNumber(b)) {
    const [numberA, numberB] = [toNumber(a), toNumber(b)]
    return numberA === undefined || numberB === undefined ? NaN : compareNumbers(numberA, numberB)
  }
  return typeof a === typeof b && (a === null) === (b === null) ? compareValues(a, b) : NaN
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint'
}
