import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { readField, rows, withField } from '../rows/index.ts'
import { quantile, sortedNumbers, toDouble } from './numbers.ts'

const METHODS = ['width', 'quantile', 'edges'] as const

export const bin = defineBlock({
  id: '89cc2081-30b0-4ab0-b7b8-066c75569647',
  name: 'bin',
  description: 'Put the numbers of a field into ranges, such as age groups.',
  category: 'DATA',
  categories: ['MATH'],
  icon: 'chart-no-axes-column',
  synonyms: ['bucket', 'histogram', 'ranges', 'bins', 'discretize', 'cut', 'age groups', 'intervals', 'ntile'],
  input: z.object({
    rows,
    field: z.string().meta({ title: 'Field', description: 'The field with numbers.' }),
    as: z.string().min(1).default('bin').meta({ title: 'As', description: 'Field for the range.' }),
    method: z
      .enum(METHODS)
      .default('width')
      .meta({ title: 'Method', description: 'Ranges of equal width, ranges with equally many rows, or your own edges.' }),
    count: z
      .int()
      .min(1)
      .max(1000)
      .default(5)
      .meta({ title: 'Count', description: 'Number of ranges, unless you set the edges.' }),
    edges: z
      .array(z.number())
      .default([])
      .meta({
        title: 'Edges',
        description: 'The edges of the ranges, in ascending order. A range includes its lower edge.',
        examples: [[0, 18, 65]],
      }),
    labels: z.array(z.string()).default([]).meta({
      title: 'Labels',
      description:
        'Names of the ranges, one for each. By default a name such as "0 to 18". Your own edges have one more range, below the first edge.',
      advanced: true,
    }),
  }),
  output: z.object({
    rows: rows.describe('The field is null for a value that is not a number.'),
    edges: z.array(z.number()).describe('The edges of the ranges.'),
  }),
  tests: [
    {
      input: { rows: [{ n: 5 }, { n: 18 }, { n: 70 }, { n: -1 }, { n: 'x' }], field: 'n', method: 'edges', edges: [0, 18, 65] },
      output: [
        [
          'rows',
          [
            { n: 5, bin: '0 to 18' },
            { n: 18, bin: '18 to 65' },
            { n: 70, bin: '65 or more' },
            { n: -1, bin: 'below 0' },
            { n: 'x', bin: null },
          ],
        ],
        ['edges', [0, 18, 65]],
      ],
    },
    {
      input: { rows: [{ n: 0 }, { n: 5 }, { n: 10 }], field: 'n', count: 2, as: 'b' },
      output: [
        [
          'rows',
          [
            { n: 0, b: '0 to 5' },
            { n: 5, b: '5 to 10' },
            { n: 10, b: '5 to 10' },
          ],
        ],
        ['edges', [0, 5, 10]],
      ],
    },
    {
      input: { rows: [{ n: 1 }, { n: 2 }, { n: 3 }, { n: 100 }], field: 'n', method: 'quantile', count: 2 },
      output: [
        [
          'rows',
          [
            { n: 1, bin: '1 to 2.5' },
            { n: 2, bin: '1 to 2.5' },
            { n: 3, bin: '2.5 to 100' },
            { n: 100, bin: '2.5 to 100' },
          ],
        ],
        ['edges', [1, 2.5, 100]],
      ],
    },
    {
      input: { rows: [{ n: 5 }, { n: 50 }], field: 'n', method: 'edges', edges: [18], labels: ['minor', 'adult'] },
      output: [
        [
          'rows',
          [
            { n: 5, bin: 'minor' },
            { n: 50, bin: 'adult' },
          ],
        ],
        ['edges', [18]],
      ],
    },
    {
      input: { rows: [], field: 'n', method: 'edges', edges: [5, 1] },
      output: [['error', 'edges must be at least one number, in ascending order, got [5,1]']],
    },
    {
      input: { rows: [], field: 'n', method: 'edges', edges: [5], labels: ['a'] },
      output: [['error', 'labels must be 2 texts, one for each range, got 1']],
    },
    {
      name: 'labels of ranges of equal width',
      input: { rows: [{ n: 1 }, { n: 6 }, { n: 10 }], field: 'n', count: 2, labels: ['low', 'high'] },
      output: [
        [
          'rows',
          [
            { n: 1, bin: 'low' },
            { n: 6, bin: 'high' },
            { n: 10, bin: 'high' },
          ],
        ],
        ['edges', [1, 5.5, 10]],
      ],
    },
  ],
  *run({ rows, field, as, method, count, edges: own, labels }) {
    const numbers = sortedNumbers(rows.map((row) => readField(row, field)))
    const edges = method === 'edges' ? own : findEdges(numbers, method, count)
    if (method === 'edges' && (own.length === 0 || own.some((edge, i) => i > 0 && edge <= (own[i - 1] ?? edge))))
      throw new Error(`edges must be at least one number, in ascending order, got ${JSON.stringify(own).slice(0, 100)}`)
    const isOpen = method === 'edges'
    const ranges = isOpen ? edges.length + 1 : Math.max(1, edges.length - 1)
    if (labels.length > 0 && labels.length !== ranges && edges.length > 0)
      throw new Error(`labels must be ${ranges} texts, one for each range, got ${labels.length}`)
    const names = isOpen || labels.length === 0 ? labels : ['', ...labels]
    yield [
      'rows',
      rows.map((row) => {
        const value = toDouble(readField(row, field))
        return withField(row, as, value === undefined ? null : nameOf(placeOf(value, edges, isOpen), edges, names))
      }),
    ]
    yield ['edges', edges]
  },
})

function findEdges(sorted: Float64Array, method: 'width' | 'quantile', count: number): number[] {
  const [least, most] = [sorted[0], sorted.at(-1)]
  if (least === undefined || most === undefined) return []
  const at = (i: number): number =>
    Number(((method === 'width' ? least + ((most - least) * i) / count : quantile(sorted, i / count)) ?? least).toPrecision(12))
  return [...new Set(Array.from({ length: count + 1 }, (_, i) => at(i)))]
}

/** The number of edges up to the value. The largest value is in the last range if that has an upper edge. */
function placeOf(value: number, edges: readonly number[], isOpen: boolean): number {
  const place = edges.filter((edge) => edge <= value).length
  return isOpen ? place : Math.max(1, Math.min(place, edges.length - 1))
}

function nameOf(place: number, edges: readonly number[], labels: readonly string[]): string {
  const [from, to] = [edges[place - 1], edges[place]]
  if (labels[place] !== undefined) return labels[place]
  if (from === undefined) return `below ${to}`
  return to === undefined ? (edges.length === 1 ? String(from) : `${from} or more`) : `${from} to ${to}`
}
