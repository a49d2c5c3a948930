import { compareNumbers, compareValues, defineBlock, isEqual } from '@ashlar/sdk'
import { z } from 'zod'
import { readField, toNumber, rows, type Row } from './rows/index.ts'

const OPERATORS = [
  '==',
  '!=',
  '>',
  '>=',
  '<',
  '<=',
  'contains',
  'not contains',
  'starts with',
  'ends with',
  'matches',
  'in',
  'not in',
  'present',
  'missing',
  'empty',
] as const

export const filter = defineBlock({
  id: '89f0999f-67e9-4d12-9a2d-779a216f1e77',
  name: 'filter',
  description: 'Keep the rows whose field matches a comparison with a value.',
  category: 'DATA',
  common: true,
  icon: 'filter',
  synonyms: ['where', 'if', 'remove rows', 'keep rows', 'query', 'condition', 'select rows', 'search rows', 'only continue if'],
  input: z.object({
    rows,
    field: z.string().describe('Field to compare.'),
    operator: z
      .enum(OPERATORS)
      .default('==')
      .describe(
        '"contains" searches for a text in a text or an item in a list. "matches" searches for a regular expression. "in" searches for the field in a list. "empty" is a missing value, an empty text, an empty list or an empty dictionary.',
      ),
    value: z.unknown().default(null).describe('Value to compare with. "present", "missing" and "empty" ignore it.'),
    and: z
      .array(z.object({ field: z.string(), operator: z.enum(OPERATORS).default('=='), value: z.unknown().default(null) }))
      .default([])
      .meta({ title: 'Further conditions', examples: [[{ field: 'country', operator: 'in', value: ['DE', 'FR'] }]] }),
    any: z.boolean().default(false).meta({
      title: 'Any condition',
      description: 'Keep a row that matches any of the conditions. Otherwise it must match all.',
    }),
    ignore_case: z
      .boolean()
      .default(false)
      .meta({ title: 'Ignore case', description: 'Compare texts without case.', advanced: true }),
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
    {
      name: 'several conditions, all or any, without case',
      input: {
        rows: [
          { a: 'Ada', n: 1 },
          { a: 'alan', n: 5 },
          { a: 'Bob', n: 9 },
        ],
        field: 'a',
        operator: 'starts with',
        value: 'A',
        and: [{ field: 'n', operator: '>', value: 3 }],
        ignore_case: true,
      },
      output: [
        ['rows', [{ a: 'alan', n: 5 }]],
        ['count', 1],
      ],
    },
    {
      input: {
        rows: [{ a: 'x1' }, { a: '' }, { a: 'y' }],
        field: 'a',
        operator: 'matches',
        value: '^x\\d$',
        and: [{ field: 'a', operator: 'empty' }],
        any: true,
      },
      output: [
        ['rows', [{ a: 'x1' }, { a: '' }]],
        ['count', 2],
      ],
    },
    {
      input: { rows: [], field: 'a', operator: 'matches', value: '(' },
      output: [['error', 'value must be a regular expression for the operator "matches", got "("']],
    },
  ],
  *run({ rows, field, operator, value, and, any, ignore_case }) {
    const tests = [{ field, operator, value }, ...and].map((condition) => createTest(condition, ignore_case))
    const kept = rows.filter((row) => (any ? tests.some((test) => test(row)) : tests.every((test) => test(row))))
    yield ['rows', kept]
    yield ['count', kept.length]
  },
})

interface Condition {
  field: string
  operator: (typeof OPERATORS)[number]
  value: unknown
}

function createTest({ field, operator, value }: Condition, ignoreCase: boolean): (row: Row) => boolean {
  if ((operator === 'in' || operator === 'not in') && !Array.isArray(value))
    throw new Error(`value must be a list for the operator "${operator}", got ${JSON.stringify(value).slice(0, 100)}`)
  if (operator === 'matches') {
    const pattern = compilePattern(value, ignoreCase)
    return (row) => {
      const actual = readField(row, field)
      return typeof actual === 'string' && pattern.test(actual)
    }
  }
  const test = TESTS[operator]
  if (!ignoreCase) return (row) => test(readField(row, field), value)
  const folded = fold(value)
  return (row) => test(fold(readField(row, field)), folded)
}

function compilePattern(value: unknown, ignoreCase: boolean): RegExp {
  try {
    return new RegExp(String(value), ignoreCase ? 'iu' : 'u')
  } catch (cause) {
    throw new Error(`value must be a regular expression for the operator "matches", got ${JSON.stringify(value).slice(0, 100)}`, {
      cause,
    })
  }
}

function fold(value: unknown): unknown {
  if (typeof value === 'string') return value.toLowerCase()
  return Array.isArray(value) ? value.map(fold) : value
}

const TESTS: Record<Exclude<(typeof OPERATORS)[number], 'matches'>, (actual: unknown, value: unknown) => boolean> = {
  '==': isSame,
  '!=': (actual, value) => !isSame(actual, value),
  '>': (actual, value) => order(actual, value) > 0,
  '>=': (actual, value) => order(actual, value) >= 0,
  '<': (actual, value) => order(actual, value) < 0,
  '<=': (actual, value) => order(actual, value) <= 0,
  contains,
  'not contains': (actual, value) => !contains(actual, value),
  'starts with': (actual, value) => typeof actual === 'string' && actual.startsWith(String(value)),
  'ends with': (actual, value) => typeof actual === 'string' && actual.endsWith(String(value)),
  'not in': (actual, value) => !(Array.isArray(value) && includes(value, actual)),
  in: (actual, value) => Array.isArray(value) && includes(value, actual),
  present: (actual) => actual !== null,
  missing: (actual) => actual === null,
  empty: (actual) => actual === null || actual === '' || (typeof actual === 'object' && Object.keys(actual).length === 0),
}

function contains(actual: unknown, value: unknown): boolean {
  return Array.isArray(actual) ? includes(actual, value) : typeof actual === 'string' && actual.includes(String(value))
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
