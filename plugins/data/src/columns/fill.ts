import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { listFields, MEASURES, readField, rows, withField, type Row } from '../rows/index.ts'

const METHODS = ['value', 'previous', 'next', 'mean', 'median', 'most_frequent'] as const

export const fill = defineBlock({
  id: '9fefac3e-face-4a6e-a79d-0cff7790a7b6',
  name: 'fill',
  description: 'Fill missing values of rows.',
  category: 'DATA',
  icon: 'paint-bucket',
  synonyms: [
    'fill missing',
    'fill null',
    'fillna',
    'default value',
    'impute',
    'forward fill',
    'backfill',
    'replace empty',
    'coalesce',
  ],
  input: z.object({
    rows,
    fields: z.array(z.string()).default([]).meta({ title: 'Fields', description: 'Fields to fill. By default all fields.' }),
    method: z.enum(METHODS).default('value').meta({
      title: 'Method',
      description:
        'Fill with a fixed value, with the previous or next value of the field, or with the mean, median or most frequent value of the field.',
    }),
    value: z
      .unknown()
      .default(null)
      .meta({ title: 'Value', description: 'The fixed value.', examples: [0] }),
    empty_texts: z
      .boolean()
      .default(true)
      .meta({ title: 'Empty texts', description: 'A text that is empty or white space is missing too.' }),
  }),
  output: z.object({ rows, count: z.int().describe('Number of values that were filled.') }),
  tests: [
    {
      input: { rows: [{ a: null, b: ' ' }, { a: 1 }], value: 0 },
      output: [
        [
          'rows',
          [
            { a: 0, b: 0 },
            { a: 1, b: 0 },
          ],
        ],
        ['count', 3],
      ],
    },
    {
      input: { rows: [{ a: '' }, { a: 1 }, { a: '' }], fields: ['a'], method: 'previous' },
      output: [
        ['rows', [{ a: '' }, { a: 1 }, { a: 1 }]],
        ['count', 1],
      ],
    },
    {
      input: { rows: [{ a: null }, { a: 1 }, { a: 3 }], method: 'next', empty_texts: false },
      output: [
        ['rows', [{ a: 1 }, { a: 1 }, { a: 3 }]],
        ['count', 1],
      ],
    },
    {
      input: { rows: [{ a: null }, { a: 1 }, { a: 2 }], method: 'mean' },
      output: [
        ['rows', [{ a: 1.5 }, { a: 1 }, { a: 2 }]],
        ['count', 1],
      ],
    },
    {
      input: { rows: [{ a: 'x' }, { a: 'y' }, { a: 'y' }, {}], method: 'most_frequent' },
      output: [
        ['rows', [{ a: 'x' }, { a: 'y' }, { a: 'y' }, { a: 'y' }]],
        ['count', 1],
      ],
    },
    { input: { rows: [{ a: null }], value: '' }, output: [['error', 'value must be set for the method "value"']] },
  ],
  *run({ rows, fields, method, value, empty_texts }) {
    const isMissing = (each: unknown): boolean => each === null || (empty_texts && typeof each === 'string' && each.trim() === '')
    if (method === 'value' && isMissing(value)) throw new Error('value must be set for the method "value"')
    let count = 0
    const filled = [...rows]
    for (const field of fields.length > 0 ? fields : listFields(rows)) {
      const values = rows.map((row) => readField(row, field))
      const fillers =
        method === 'previous'
          ? carry(values, isMissing)
          : method === 'next'
            ? carry(values.toReversed(), isMissing).toReversed()
            : []
      const fixed =
        method === 'value'
          ? value
          : summarize(
              values.filter((each) => !isMissing(each)),
              method,
            )
      values.forEach((each, i) => {
        const filler = method === 'previous' || method === 'next' ? fillers[i] : fixed
        if (!isMissing(each) || isMissing(filler ?? null)) return
        count++
        filled[i] = withField(filled[i] as Row, field, filler)
      })
    }
    yield ['rows', filled]
    yield ['count', count]
  },
})

/** Replaces each missing value with the one before it. */
function carry(values: readonly unknown[], isMissing: (value: unknown) => boolean): unknown[] {
  let last: unknown = null
  return values.map((value) => (isMissing(value) ? last : (last = value)))
}

function summarize(values: readonly unknown[], method: (typeof METHODS)[number]): unknown {
  if (method === 'mean' || method === 'median') return MEASURES[method]([...values])
  const counts = Map.groupBy(values, (value) => JSON.stringify(value))
  return [...counts.values()].toSorted((a, b) => b.length - a.length)[0]?.[0]
}
