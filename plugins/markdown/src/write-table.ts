import { defineBlock, stringifyJson } from '@ashlar/sdk'
import { z } from 'zod'

export const writeTable = defineBlock({
  id: 'd54d0479-a45b-4d3e-9c04-f24b3a975fdf',
  name: 'write-table',
  description: 'Write rows as a Markdown table.',
  category: 'TEXT',
  common: true,
  categories: ['DATA'],
  icon: 'table',
  synonyms: ['rows to markdown', 'markdown table', 'table to text', 'format table', 'report', 'pretty table', 'to markdown'],
  input: z.object({
    rows: z.array(z.record(z.string(), z.unknown())).describe('The rows.'),
    columns: z
      .array(z.string())
      .default([])
      .describe('The columns, in order. By default all columns, in the order in which they first appear.'),
  }),
  output: z.object({ markdown: z.string().describe('The table. Empty without columns.') }),
  tests: [
    {
      name: 'aligns numbers to the right, and escapes what ends a cell',
      input: {
        rows: [
          { name: 'a|b', n: 1 },
          { name: 'c\nd', n: 22, other: [1] },
        ],
      },
      output: [['markdown', '| name | n | other |\n| --- | ---: | --- |\n| a\\|b | 1 |  |\n| c<br>d | 22 | [1] |']],
    },
    { input: { rows: [{ a: 1, b: true }], columns: ['b'] }, output: [['markdown', '| b |\n| --- |\n| true |']] },
    { input: { rows: [] }, output: [['markdown', '']] },
  ],
  *run({ rows, columns }) {
    const names = columns.length > 0 ? columns : [...new Set(rows.flatMap((row) => Object.keys(row)))]
    if (names.length === 0) return yield ['markdown', '']
    const marks = names.map((name) => (isNumeric(rows, name) ? '---:' : '---'))
    const lines = rows.map((row) => names.map((name) => showCell(row[name])))
    yield ['markdown', [names.map(showCell), marks, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')]
  },
})

function isNumeric(rows: readonly Record<string, unknown>[], name: string): boolean {
  const values = rows.map((row) => row[name]).filter((value) => value !== undefined && value !== null)
  return values.length > 0 && values.every((value) => typeof value === 'number' || typeof value === 'bigint')
}

function showCell(value: unknown): string {
  if (value === undefined || value === null) return ''
  const text = typeof value === 'string' ? value : stringifyJson(value)
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|')
    .replace(/\r\n?|\n/g, '<br>')
}
