import { canonicalJson, compareValues, defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { groupRows, MEASURES, readField, rowBuilder, rows, type Row } from '../rows/index.ts'

const MAX_COLUMNS = 1000

export const pivot = defineBlock({
  id: 'b46f4c51-456a-4ab7-8572-8c48184748dc',
  name: 'pivot',
  description: 'Turn the values of a field into columns, with one row for each group.',
  category: 'DATA',
  icon: 'table-rows-split',
  synonyms: ['pivot table', 'cross tab', 'crosstab', 'long to wide', 'spread', 'rows to columns', 'matrix', 'reshape'],
  input: z.object({
    rows,
    by: z
      .array(z.string())
      .default([])
      .meta({ title: 'By', description: 'Fields that stay columns. Rows with equal values become one row.' }),
    column: z.string().meta({ title: 'Column', description: 'The field whose values become column names.' }),
    value: z
      .string()
      .nullable()
      .default(null)
      .meta({ title: 'Value', description: 'The field to show in the columns. Without it, rows are counted.' }),
    function: z
      .enum(Object.keys(MEASURES) as (keyof typeof MEASURES)[])
      .default('sum')
      .meta({ title: 'Function', description: 'How to combine several values of one cell.' }),
    empty: z.unknown().default(null).meta({ title: 'Empty cells', description: 'Value of a cell without rows.' }),
    sort_columns: z.boolean().default(false).meta({
      title: 'Sort columns',
      description: 'Sort the new columns. By default they are in the order of their first use.',
      advanced: true,
    }),
  }),
  output: z.object({ rows, columns: z.array(z.string()).describe('Names of the new columns.') }),
  tests: [
    {
      input: {
        rows: [
          { c: 'b', y: 2024, n: 1 },
          { c: 'a', y: 2023, n: 2 },
          { c: 'b', y: 2024, n: 4 },
          { c: 'b', y: 2023, n: null },
        ],
        by: ['c'],
        column: 'y',
        value: 'n',
        empty: '-',
      },
      output: [
        [
          'rows',
          [
            { c: 'b', '2024': 5, '2023': 0 },
            { c: 'a', '2024': '-', '2023': 2 },
          ],
        ],
        ['columns', ['2024', '2023']],
      ],
    },
    {
      input: { rows: [{ k: 'y' }, { k: 'x' }, { k: 'y' }, {}], column: 'k', sort_columns: true },
      output: [
        ['rows', [{ x: 1, y: 2, null: 1 }]],
        ['columns', ['x', 'y', 'null']],
      ],
    },
    {
      input: { rows: [{ a: 1, k: 'a' }], by: ['a'], column: 'k' },
      output: [['error', 'the field "k" has the value "a", which is the name of another column']],
    },
    {
      input: { rows: [], column: 'k' },
      output: [
        ['rows', []],
        ['columns', []],
      ],
    },
    {
      name: 'a number and its text belong to the same column',
      input: {
        rows: [
          { k: 1, v: 1 },
          { k: '1', v: 2 },
        ],
        column: 'k',
        value: 'v',
      },
      output: [
        ['rows', [{ '1': 3 }]],
        ['columns', ['1']],
      ],
    },
  ],
  *run({ rows, by, column, value, function: name, empty, sort_columns }) {
    const keys = new Map(rows.map((row) => [nameOf(row, column), readField(row, column)]))
    if (keys.size > MAX_COLUMNS)
      throw new Error(
        `the field ${JSON.stringify(column)} has ${keys.size} different values; a pivot table has at most ${MAX_COLUMNS} columns`,
      )
    const entries = sort_columns ? [...keys].toSorted(([, a], [, b]) => compareValues(a, b)) : [...keys]
    const names = entries.map(([name]) => name)
    const taken = names.find((each) => by.includes(each))
    if (taken !== undefined)
      throw new Error(
        `the field ${JSON.stringify(column)} has the value ${JSON.stringify(taken)}, which is the name of another column`,
      )
    const build = rowBuilder([...by, ...names])
    const cell = (inCell: Row[] | undefined): unknown => {
      if (!inCell) return empty
      return value === null
        ? inCell.length
        : (MEASURES[name](inCell.map((row) => readField(row, value)).filter((each) => each !== null)) ?? null)
    }
    const pivoted = groupRows(rows, by).map((group) => {
      const cells = Map.groupBy(group.rows, (row) => nameOf(row, column))
      return build([...by.map((field) => readField(group.key, field)), ...names.map((name) => cell(cells.get(name)))])
    })
    yield ['rows', pivoted]
    yield ['columns', names]
  },
})

/** The name of the new column. The number 1 and the text "1" belong to the same column. */
function nameOf(row: Row, column: string): string {
  const value = readField(row, column)
  return typeof value === 'string' ? value : canonicalJson(value)
}
