import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { compileExpression } from './expression/index.ts'
import { rows, withField } from '../rows/index.ts'

export const compute = defineBlock({
  id: 'ac5e7742-c4a6-49a7-b840-7f12566fa591',
  name: 'compute',
  description: 'Add a field to every row, computed with a formula from its other fields.',
  category: 'DATA',
  common: true,
  icon: 'square-function',
  synonyms: [
    'formula',
    'calculated column',
    'computed column',
    'add column',
    'expression',
    'mutate',
    'map rows',
    'excel formula',
    'edit fields',
    'set',
    'calculated field',
  ],
  input: z.object({
    rows,
    field: z
      .string()
      .min(1)
      .meta({ title: 'Field', description: 'Field to add or replace.', examples: ['total'] }),
    expression: z.string().meta({
      title: 'Formula',
      description:
        'Field names, numbers, texts in quotes, the operators + - * / % ^ & (join texts) == != < <= > >= and or not, a ? b : c, and functions: if, coalesce, round, floor, ceil, abs, sqrt, log, exp, min, max, sum, mean, number, text, concat, upper, lower, trim, left, right, mid, replace, contains, startsWith, endsWith, split, length, isMissing, year, month, day, daysBetween. Use field("Unit price") for a name that is not one word.',
      examples: ['round(price * quantity * 1.19, 2)', 'if(age >= 18, "adult", "minor")', 'first_name & " " & last_name'],
    }),
  }),
  output: z.object({ rows: rows.describe('The field is null if a value that the formula needs is missing.') }),
  tests: [
    {
      name: 'calculates with exact decimals, also with texts of numbers',
      input: {
        rows: [
          { p: 0.1, n: '3' },
          { p: null, n: 1 },
        ],
        field: 'total',
        expression: 'p * n + 0.2',
      },
      output: [
        [
          'rows',
          [
            { p: 0.1, n: '3', total: 0.5 },
            { p: null, n: 1, total: null },
          ],
        ],
      ],
    },
    {
      input: {
        rows: [{ a: 20, n: 'Ada', 'L N': 'King' }],
        field: 'r',
        expression: 'if(a >= 18 and not (n == ""), upper(n) & " " & field("L N"), "-")',
      },
      output: [['rows', [{ a: 20, n: 'Ada', 'L N': 'King', r: 'ADA King' }]]],
    },
    {
      input: {
        rows: [{ d: { x: [5, 6] }, t: 'a-b' }],
        field: 'v',
        expression: '[d.x[1], 2 ^ 3 ^ 1, -7 % 4, split(t, "-", 2), coalesce(nothing, 1), 1 / 0, 1.005 > 1 ? round(1.005, 2) : 0]',
      },
      output: [['rows', [{ d: { x: [5, 6] }, t: 'a-b', v: [6, 8, -3, 'b', 1, null, 1.01] }]]],
    },
    {
      input: {
        rows: [{ f: '2026-02-27', t: '2026-03-02T10:00:00Z' }],
        field: 'days',
        expression: 'daysBetween(f, t) * 10 + month(t)',
      },
      output: [['rows', [{ f: '2026-02-27', t: '2026-03-02T10:00:00Z', days: 33 }]]],
    },
    {
      input: { rows: [], field: 'a', expression: 'price *' },
      output: [['error', (message: string) => message.startsWith('expression must be a formula such as price * 2: ')]],
    },
    {
      input: { rows: [], field: 'a', expression: 'constructor("x")' },
      output: [
        [
          'error',
          (message: string) => message.startsWith('expression calls "constructor", which is not a function; there are if, '),
        ],
      ],
    },
    {
      input: { rows: [], field: 'a', expression: 'round(1, 2, 3)' },
      output: [['error', 'expression: round needs 1 to 2 values, got 3']],
    },
    {
      input: { rows: [], field: 'a', expression: '1 2' },
      output: [['error', 'expression must be one formula: an operator is missing between two of its parts']],
    },
    { input: { rows: [], field: 'a', expression: 'this' }, output: [['error', 'expression must not contain a ThisExpression']] },
    {
      name: 'reads no members that a value inherits',
      input: { rows: [{ t: {} }], field: 'v', expression: 't.constructor' },
      output: [['rows', [{ t: {}, v: null }]]],
    },
    {
      input: { rows: [{ a: 1e300 }], field: 'b', expression: 'a * a' },
      output: [['error', (message: string) => message.startsWith('row 1: ')]],
    },
    {
      name: 'texts of numbers are numbers',
      input: { rows: [{ a: '9', b: '10' }], field: 'v', expression: 'max(a, b) - min(a, b)' },
      output: [['rows', [{ a: '9', b: '10', v: 1 }]]],
    },
    {
      name: 'rounding preserves all digits of an integer',
      input: { rows: [{ a: 9007199254740993n }], field: 'v', expression: 'round(a)' },
      output: [['rows', [{ a: 9007199254740993n, v: 9007199254740993n }]]],
    },
    {
      name: 'texts that are not dates have no distance',
      input: {
        rows: [
          { a: 'room 1', b: 'room 2' },
          { a: '2026-02-30', b: '2026-03-01' },
        ],
        field: 'v',
        expression: 'daysBetween(a, b)',
      },
      output: [
        [
          'rows',
          [
            { a: 'room 1', b: 'room 2', v: null },
            { a: '2026-02-30', b: '2026-03-01', v: null },
          ],
        ],
      ],
    },
  ],
  *run({ rows, field, expression }) {
    const compute = compileExpression(expression)
    yield [
      'rows',
      rows.map((row, i) => {
        try {
          return withField(row, field, toJson(compute(row)))
        } catch (error) {
          throw new Error(`row ${i + 1}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
        }
      }),
    ]
  },
})

/** JSON has no NaN and no Infinity. */
function toJson(value: unknown): unknown {
  return value === undefined || (typeof value === 'number' && !Number.isFinite(value)) ? null : value
}
