import { canonicalJson, compareValues, defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { listFields, readField, rows, type Row } from '../rows/index.ts'
import { deviation, mean, quantile, sortedNumbers, tidy } from './numbers.ts'

export const describe = defineBlock({
  id: '7d70ac34-c0af-4b9c-9226-1e8053add61f',
  name: 'describe',
  description: 'Describe every column of a table: type, missing and distinct values, and statistics of its numbers.',
  category: 'DATA',
  categories: ['MATH'],
  icon: 'chart-column',
  synonyms: [
    'summary statistics',
    'profile data',
    'data profiling',
    'column statistics',
    'eda',
    'data quality',
    'null count',
    'schema of table',
  ],
  input: z.object({
    rows,
    fields: z.array(z.string()).default([]).meta({ title: 'Fields', description: 'Fields to describe. By default all fields.' }),
  }),
  output: z.object({
    rows: rows.describe(
      'One row for each field: field, type (number, text, boolean, list, dictionary, mixed or none), count, missing, distinct, min, max, mean, deviation, p25, median, p75, most_frequent.',
    ),
    count: z.int().describe('Number of rows of the table.'),
  }),
  tests: [
    {
      input: { rows: [{ n: 1, t: 'b' }, { n: 3, t: 'a' }, { n: 2, t: 'b' }, { t: 5 }] },
      output: [
        [
          'rows',
          [
            {
              field: 'n',
              type: 'number',
              count: 3,
              missing: 1,
              distinct: 3,
              min: 1,
              max: 3,
              mean: 2,
              deviation: 1,
              p25: 1.5,
              median: 2,
              p75: 2.5,
              most_frequent: 1,
            },
            {
              field: 't',
              type: 'mixed',
              count: 4,
              missing: 0,
              distinct: 3,
              min: 5,
              max: 'b',
              mean: 5,
              deviation: null,
              p25: 5,
              median: 5,
              p75: 5,
              most_frequent: 'b',
            },
          ],
        ],
        ['count', 4],
      ],
    },
    {
      input: { rows: [{ a: null }], fields: ['a', 'b'] },
      output: [
        ['rows', (rows: Row[]) => rows.length === 2 && rows[1]?.['type'] === 'none' && rows[1]?.['missing'] === 1],
        ['count', 1],
      ],
    },
    {
      input: { rows: [] },
      output: [
        ['rows', []],
        ['count', 0],
      ],
    },
  ],
  *run({ rows, fields }) {
    const described = fields.length > 0 ? fields : listFields(rows)
    yield [
      'rows',
      described.map((field) =>
        describeField(
          field,
          rows.map((row) => readField(row, field)),
        ),
      ),
    ]
    yield ['count', rows.length]
  },
})

function describeField(field: string, all: readonly unknown[]): Record<string, unknown> {
  const values = all.filter((value) => value !== null)
  const numbers = sortedNumbers(values.filter((value) => typeof value === 'number' || typeof value === 'bigint'))
  const types = new Set(values.map(typeOf))
  const groups = Map.groupBy(values, canonicalJson)
  const [largest] = [...groups.values()].toSorted((a, b) => b.length - a.length)
  const comparable = values.filter((value) => typeof value !== 'object').toSorted(compareValues)
  return {
    field,
    type: types.size > 1 ? 'mixed' : ([...types][0] ?? 'none'),
    count: values.length,
    missing: all.length - values.length,
    distinct: groups.size,
    min: comparable[0] ?? null,
    max: comparable.at(-1) ?? null,
    mean: tidy(mean(numbers)),
    deviation: tidy(deviation(numbers)),
    p25: tidy(quantile(numbers, 0.25)),
    median: tidy(quantile(numbers, 0.5)),
    p75: tidy(quantile(numbers, 0.75)),
    most_frequent: largest?.[0] ?? null,
  }
}

const TYPES: Partial<Record<string, string>> = { string: 'text', bigint: 'number', object: 'dictionary' }

function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'list' : (TYPES[typeof value] ?? typeof value)
}
