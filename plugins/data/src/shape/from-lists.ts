import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { dictionaryPin, rowBuilder, rows } from '../rows/index.ts'

export const fromLists = defineBlock({
  id: '13b54ddc-e735-47bd-abe3-067ca2170450',
  name: 'from-lists',
  description: 'Make a table of lists: of columns, of rows with values, or of items.',
  category: 'DATA',
  categories: ['LIST'],
  icon: 'table-2',
  synonyms: [
    'lists to rows',
    'create table',
    'columns to table',
    'array to rows',
    'list to table',
    'matrix to rows',
    'values to rows',
    'build table',
  ],
  input: z.object({
    data: z.unknown().meta({
      title: 'Lists',
      description: 'A dictionary of columns (a list of values each), a list of rows (a list of values each), or a list of items.',
      examples: [
        { name: ['Ada', 'Alan'], born: [1815, 1912] },
        [
          ['name', 'born'],
          ['Ada', 1815],
        ],
      ],
    }),
    fields: z.array(z.string()).default([]).meta({
      title: 'Fields',
      description:
        'Names of the columns of a list of rows, which otherwise are its first row, or the name of the column of a list of items ("value" by default).',
    }),
  }),
  output: z.object({ rows: rows.describe('A field without a value is null.'), count: z.int().describe('Number of rows.') }),
  tests: [
    {
      input: { data: { n: ['Ada', 'Alan'], b: [1815] } },
      output: [
        [
          'rows',
          [
            { n: 'Ada', b: 1815 },
            { n: 'Alan', b: null },
          ],
        ],
        ['count', 2],
      ],
    },
    {
      input: { data: [['n', '2024'], ['Ada', 5], ['Alan']] },
      output: [
        [
          'rows',
          [
            { n: 'Ada', '2024': 5 },
            { n: 'Alan', '2024': null },
          ],
        ],
        ['count', 2],
      ],
    },
    {
      input: { data: [1, { b: 2 }], fields: ['n'] },
      output: [
        ['rows', [{ n: 1 }, { b: 2 }]],
        ['count', 2],
      ],
    },
    { input: { data: [[1, 2]], fields: ['a'] }, output: [['error', 'row 1 has 2 values, but fields has 1 name']] },
    { input: { data: 'x' }, output: [['error', 'data must be a list or a dictionary of lists, got "x"']] },
    { input: { data: { a: 1 } }, output: [['error', 'data: the column "a" must be a list, got 1']] },
    {
      name: 'a name that occurs twice',
      input: {
        data: [
          ['a', 'a'],
          [1, 2],
        ],
      },
      output: [['error', 'two columns have the name "a"; set fields to other names']],
    },
  ],
  *run({ data, fields }) {
    const result = Array.isArray(data) ? fromList(data, fields) : fromColumns(data)
    yield ['rows', result]
    yield ['count', result.length]
  },
})

function fromColumns(data: unknown): z.output<typeof rows> {
  if (typeof data !== 'object' || data === null)
    throw new Error(`data must be a list or a dictionary of lists, got ${show(data)}`)
  const columns = Object.entries(data).map(([name, values]: [string, unknown]) => {
    if (!Array.isArray(values)) throw new Error(`data: the column ${JSON.stringify(name)} must be a list, got ${show(values)}`)
    return { name, values: values as unknown[] }
  })
  const build = rowBuilder(columns.map(({ name }) => name))
  const length = columns.reduce((most, { values }) => Math.max(most, values.length), 0)
  return Array.from({ length }, (_, i) => build(columns.map(({ values }) => values[i] ?? null)))
}

/** A dictionary in the list is a row as it is. */
function fromList(list: readonly unknown[], fields: readonly string[]): z.output<typeof rows> {
  const isTable = list.length > 0 && list.every((item) => Array.isArray(item))
  if (!isTable) {
    const build = rowBuilder([fields[0] ?? 'value'])
    return list.map((item) => dictionaryPin.safeParse(item).data ?? build([item]))
  }
  const lines = list as unknown[][]
  const names =
    fields.length > 0 ? fields : (lines[0] ?? []).map((name) => (typeof name === 'string' ? name : JSON.stringify(name)))
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice !== undefined) throw new Error(`two columns have the name ${JSON.stringify(twice)}; set fields to other names`)
  const build = rowBuilder(names)
  return (fields.length > 0 ? lines : lines.slice(1)).map((values, i) => {
    if (values.length > names.length)
      throw new Error(
        `row ${i + 1} has ${values.length} values, but ${fields.length > 0 ? 'fields' : 'the first row'} has ${names.length} ${names.length === 1 ? 'name' : 'names'}`,
      )
    return build(names.map((_, k) => values[k] ?? null))
  })
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 100)
}
