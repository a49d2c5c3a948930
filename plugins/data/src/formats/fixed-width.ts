import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { readField, rowBuilder, rows, textRow } from '../rows/index.ts'

const columns = z
  .array(
    z.object({ name: z.string().min(1), width: z.int().min(1).max(10_000), align: z.enum(['left', 'right']).default('left') }),
  )
  .min(1)
  .meta({
    title: 'Columns',
    description: 'The name, width in characters and alignment of each column.',
    examples: [
      [
        { name: 'account', width: 10 },
        { name: 'amount', width: 8, align: 'right' },
      ],
    ],
  })

export const parseFixedWidth = defineBlock({
  id: 'e717230b-3d0d-499b-a2ae-2db9ef1640cc',
  name: 'parse-fixed-width',
  description: 'Parse the text of a table whose columns have a fixed width into rows.',
  category: 'DATA',
  icon: 'ruler',
  synonyms: ['fixed width', 'fwf', 'mainframe file', 'flat file', 'positional file', 'read fixed length', 'bank file'],
  input: z.object({
    contents: z.string().meta({ title: 'Text' }),
    columns,
    skip_rows: z
      .int()
      .min(0)
      .default(0)
      .meta({ title: 'Skip rows', description: 'Number of lines to skip first, such as a header.' }),
    strip: z.boolean().default(true).meta({ title: 'Strip', description: 'Remove white space around values.' }),
  }),
  output: z.object({ rows: z.array(textRow).describe('Values are texts. Empty lines are ignored.') }),
  tests: [
    {
      input: {
        contents: '#head\nAda   1815\n\nÄnn  😀 7\r\n',
        columns: [
          { name: 'n', width: 5 },
          { name: '2', width: 4, align: 'right' },
        ],
        skip_rows: 1,
      },
      output: [
        [
          'rows',
          [
            { n: 'Ada', '2': '181' },
            { n: 'Änn', '2': '😀 7' },
          ],
        ],
      ],
    },
    {
      input: {
        contents: 'ab',
        columns: [
          { name: 'a', width: 3 },
          { name: 'b', width: 1 },
        ],
        strip: false,
      },
      output: [['rows', [{ a: 'ab', b: '' }]]],
    },
    {
      input: {
        contents: '',
        columns: [
          { name: 'a', width: 1 },
          { name: 'a', width: 1 },
        ],
      },
      output: [['error', 'two columns have the name "a"']],
    },
  ],
  *run({ contents, columns, skip_rows, strip }) {
    const names = columns.map(({ name }) => name)
    assertUnique(names)
    const build = rowBuilder(names)
    const lines = contents
      .replace(/^\ufeff/, '')
      .split(/\r\n|\n|\r/)
      .slice(skip_rows)
      .filter((line) => line.trim() !== '')
    yield [
      'rows',
      lines.map((line) => {
        const characters = Array.from(line)
        let at = 0
        const values = columns.map(({ width }) => characters.slice(at, (at += width)).join(''))
        return build(strip ? values.map((value) => value.trim()) : values) as Record<string, string>
      }),
    ]
  },
})

export const writeFixedWidth = defineBlock({
  id: '1211b7bb-c0f3-43d0-9a8d-b0a5d8cb3e12',
  name: 'write-fixed-width',
  description: 'Write rows as the text of a table whose columns have a fixed width.',
  category: 'DATA',
  icon: 'ruler',
  synonyms: ['fixed width', 'fwf', 'flat file', 'positional file', 'pad columns', 'fixed length record', 'bank file'],
  input: z.object({
    rows,
    columns,
    too_long: z
      .enum(['error', 'cut'])
      .default('error')
      .meta({ title: 'Long values', description: 'Fail, or cut a value that is longer than its column.' }),
  }),
  output: z.object({ contents: z.string().describe('Each line ends with a line feed.') }),
  tests: [
    {
      input: {
        rows: [{ a: 'x', b: 5 }, {}],
        columns: [
          { name: 'a', width: 3 },
          { name: 'b', width: 3, align: 'right' },
        ],
      },
      output: [['contents', 'x    5\n      \n']],
    },
    { input: { rows: [{ a: '😀bc' }], columns: [{ name: 'a', width: 2 }], too_long: 'cut' }, output: [['contents', '😀b\n']] },
    {
      input: { rows: [{}, { a: 'abc' }], columns: [{ name: 'a', width: 2 }] },
      output: [['error', 'row 2: the value "abc" of "a" has 3 characters; the column has 2']],
    },
    {
      input: { rows: [{ a: 'a\nb' }], columns: [{ name: 'a', width: 9 }] },
      output: [['error', 'row 1: the value of "a" has a line break']],
    },
  ],
  *run({ rows, columns, too_long }) {
    assertUnique(columns.map(({ name }) => name))
    const lines = rows.map((row, i) =>
      columns.map(({ name, width, align }) => {
        const value = readField(row, name)
        const characters = Array.from(value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value))
        if (characters.includes('\n') || characters.includes('\r'))
          throw new Error(`row ${i + 1}: the value of ${JSON.stringify(name)} has a line break`)
        if (characters.length > width && too_long === 'error')
          throw new Error(
            `row ${i + 1}: the value ${JSON.stringify(value).slice(0, 100)} of ${JSON.stringify(name)} has ${characters.length} characters; the column has ${width}`,
          )
        const [text, space] = [characters.slice(0, width).join(''), ' '.repeat(Math.max(0, width - characters.length))]
        return align === 'right' ? space + text : text + space
      }),
    )
    yield ['contents', lines.map((cells) => `${cells.join('')}\n`).join('')]
  },
})

function assertUnique(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice !== undefined) throw new Error(`two columns have the name ${JSON.stringify(twice)}`)
}
