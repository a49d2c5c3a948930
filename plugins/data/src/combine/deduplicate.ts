import { canonicalJson, defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { readField, rows, type Row } from '../rows/index.ts'

export const deduplicate = defineBlock({
  id: 'df7dc0bc-d205-41c2-be42-61ff1f19d41c',
  name: 'deduplicate',
  description: 'Remove rows that repeat an earlier row, or an earlier value of some fields.',
  category: 'DATA',
  icon: 'copy-minus',
  synonyms: ['remove duplicates', 'distinct', 'unique rows', 'dedupe', 'drop duplicates', 'duplicates', 'uniq'],
  input: z.object({
    rows,
    by: z
      .array(z.string())
      .default([])
      .meta({ title: 'By', description: 'Fields to compare. By default whole rows are compared.', examples: [['email']] }),
    keep: z
      .enum(['first', 'last', 'none'])
      .default('first')
      .meta({ title: 'Keep', description: 'The row to keep of those that are equal, or none of them.' }),
    ignore_case: z
      .boolean()
      .default(false)
      .meta({ title: 'Ignore case', description: 'Compare texts without case and surrounding white space.' }),
  }),
  output: z.object({
    rows,
    count: z.int().describe('Number of rows that are kept.'),
    removed: rows.describe('The rows that are removed.'),
  }),
  tests: [
    {
      name: 'compares whole rows, regardless of the order of their fields',
      input: { rows: [{ a: 1, b: 2 }, { b: 2, a: 1 }, { a: 1 }, { a: '1' }] },
      output: [
        ['rows', [{ a: 1, b: 2 }, { a: 1 }, { a: '1' }]],
        ['count', 3],
        ['removed', [{ b: 2, a: 1 }]],
      ],
    },
    {
      input: { rows: [{ m: 'A@x', n: 1 }, { m: ' a@X ', n: 2 }, { m: 'b' }], by: ['m'], keep: 'last', ignore_case: true },
      output: [
        ['rows', [{ m: ' a@X ', n: 2 }, { m: 'b' }]],
        ['count', 2],
        ['removed', [{ m: 'A@x', n: 1 }]],
      ],
    },
    {
      name: 'keeps only rows that occur once, and a missing field is null',
      input: { rows: [{ a: 1 }, { a: null }, {}], by: ['a'], keep: 'none' },
      output: [
        ['rows', [{ a: 1 }]],
        ['count', 1],
        ['removed', [{ a: null }, {}]],
      ],
    },
    {
      input: { rows: [] },
      output: [
        ['rows', []],
        ['count', 0],
        ['removed', []],
      ],
    },
    {
      name: 'whole rows without case, in any order of their fields',
      input: {
        rows: [
          { a: 'X', b: { c: ['Y'] } },
          { b: { c: ['y '] }, a: 'x' },
        ],
        ignore_case: true,
      },
      output: [
        ['rows', [{ a: 'X', b: { c: ['Y'] } }]],
        ['count', 1],
        ['removed', [{ b: { c: ['y '] }, a: 'x' }]],
      ],
    },
  ],
  *run({ rows, by, keep, ignore_case }) {
    const keys = rows.map((row) => keyOf(row, by, ignore_case))
    const chosen = new Map<string, number>()
    keys.forEach((key, i) => {
      if (keep === 'none') chosen.set(key, chosen.has(key) ? -1 : i)
      else if (keep === 'last' || !chosen.has(key)) chosen.set(key, i)
    })
    const isKept = (_: Row, i: number): boolean => chosen.get(keys[i] ?? '') === i
    const kept = rows.filter(isKept)
    yield ['rows', kept]
    yield ['count', kept.length]
    yield ['removed', rows.filter((row, i) => !isKept(row, i))]
  },
})

function keyOf(row: Row, by: readonly string[], ignoreCase: boolean): string {
  const compared = by.length === 0 ? row : by.map((field) => readField(row, field))
  return canonicalJson(ignoreCase ? fold(compared) : compared)
}

/** Folds texts at every level. The keys of dictionaries keep their case. */
function fold(value: unknown): unknown {
  if (typeof value === 'string') return value.trim().toLowerCase()
  if (Array.isArray(value)) return value.map(fold)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fold(member)]))
}
