import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { listFields, readField, rows, type Row } from '../rows/index.ts'
import { tidy, toDouble } from './numbers.ts'

const MAX_FIELDS = 100

export const correlate = defineBlock({
  id: '093f22b8-177f-4488-b59b-4c63804a57ed',
  name: 'correlate',
  description: 'Compute how strongly the numbers of fields are related.',
  category: 'DATA',
  categories: ['MATH'],
  icon: 'chart-scatter',
  synonyms: ['correlation', 'pearson', 'spearman', 'correlation matrix', 'relationship', 'r squared', 'dependence'],
  input: z.object({
    rows,
    fields: z
      .array(z.string())
      .default([])
      .meta({ title: 'Fields', description: 'Fields to compare in pairs. By default all fields that have numbers only.' }),
    method: z
      .enum(['pearson', 'spearman'])
      .default('pearson')
      .meta({ title: 'Method', description: 'Correlation of the values, or of their ranks.' }),
  }),
  output: z.object({
    pairs: rows.describe(
      'For each pair of fields: a, b, correlation from -1 to 1 (null if it is not defined), and count, the number of rows that have both numbers.',
    ),
  }),
  tests: [
    {
      input: {
        rows: [
          { x: 1, y: 2, t: 'a' },
          { x: 2, y: 4 },
          { x: 3, y: 6 },
          { x: 9, y: null },
        ],
      },
      output: [['pairs', [{ a: 'x', b: 'y', correlation: 1, count: 3 }]]],
    },
    {
      input: {
        rows: [
          { x: 1, y: 30 },
          { x: 2, y: 20 },
          { x: 4, y: 1 },
        ],
        method: 'spearman',
      },
      output: [['pairs', [{ a: 'x', b: 'y', correlation: -1, count: 3 }]]],
    },
    {
      input: {
        rows: [
          { x: 1, y: 1 },
          { x: 1, y: 2 },
        ],
        fields: ['x', 'y'],
      },
      output: [['pairs', [{ a: 'x', b: 'y', correlation: null, count: 2 }]]],
    },
    { input: { rows: [{ x: 1 }], fields: ['x'] }, output: [['error', 'correlate needs at least 2 fields with numbers, got 1']] },
  ],
  *run({ rows, fields, method }) {
    const chosen = fields.length > 0 ? fields : listFields(rows).filter((field) => hasNumbersOnly(rows, field))
    if (chosen.length < 2 || chosen.length > MAX_FIELDS)
      throw new Error(
        `correlate needs at ${chosen.length < 2 ? 'least 2' : `most ${MAX_FIELDS}`} fields with numbers, got ${chosen.length}`,
      )
    const columns = chosen.map((field) => ({ field, values: rows.map((row) => toDouble(readField(row, field))) }))
    yield ['pairs', columns.flatMap((a, i) => columns.slice(i + 1).map((b) => compare(a, b, method)))]
  },
})

interface Column {
  field: string
  values: readonly (number | undefined)[]
}

function compare(a: Column, b: Column, method: 'pearson' | 'spearman'): Row {
  const [x, y]: [number[], number[]] = [[], []]
  a.values.forEach((value, i) => {
    const other = b.values[i]
    if (value === undefined || other === undefined) return
    x.push(value)
    y.push(other)
  })
  const correlation = method === 'pearson' ? pearson(x, y) : pearson(ranks(x), ranks(y))
  return { a: a.field, b: b.field, correlation: tidy(correlation), count: x.length }
}

function pearson(x: readonly number[], y: readonly number[]): number {
  const meanOf = (all: readonly number[]): number => all.reduce((sum, each) => sum + each, 0) / all.length
  const [mx, my] = [meanOf(x), meanOf(y)]
  let [xy, xx, yy] = [0, 0, 0]
  x.forEach((value, i) => {
    const [dx, dy] = [value - mx, (y[i] ?? 0) - my]
    xy += dx * dy
    xx += dx * dx
    yy += dy * dy
  })
  return xy / Math.sqrt(xx * yy)
}

/** Equal numbers have the mean of their ranks. */
function ranks(values: readonly number[]): number[] {
  const order = values.map((value, i) => ({ value, i })).toSorted((a, b) => a.value - b.value)
  const result = values.map(() => 0)
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && order[end]?.value === order[start]?.value) end++
    for (const { i } of order.slice(start, end)) result[i] = (start + end - 1) / 2
  }
  return result
}

function hasNumbersOnly(rows: readonly Row[], field: string): boolean {
  const values = rows.map((row) => readField(row, field)).filter((value) => value !== null)
  return values.length > 0 && values.every((value) => typeof value === 'number' || typeof value === 'bigint')
}
