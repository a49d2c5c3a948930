import { defineBlock, orderedObject } from '@ashlar/sdk'
import type { DomElement } from 'linkedom/worker'
import { z } from 'zod'
import { collapse, countPin, findAll, htmlPin, parseDocument, show } from '../document/index.ts'

const TABLE =
  '<table><tr><th>City</th><th colspan="2">People</th></tr><tr><td rowspan=2>Bonn<td>1<td>2</tr><tr><td>3</td></tr></table>'

/** The limits of the HTML standard are 1000 columns and 65 534 rows. */
const MAX_SPAN = 1000

export const readTable = defineBlock({
  id: '0d3d4f6a-66ce-4e59-9980-9ae75e3afa93',
  name: 'read-table',
  description: 'Read a table of a page as rows.',
  category: 'WEB',
  icon: 'table',
  synonyms: ['html table', 'scrape table', 'table to json', 'table to csv', 'html to rows', 'wikipedia table'],
  input: z.object({
    html: htmlPin,
    selector: z
      .string()
      .default('table')
      .meta({ description: 'A CSS selector of the table.', examples: ['table.wikitable'] }),
    index: z.int().min(0).default(0).describe('Which of the tables that match to read. 0 is the first one.'),
    has_header: z
      .boolean()
      .default(true)
      .describe('Whether the first row contains the names of the columns. Otherwise the columns are 1, 2, 3 …'),
  }),
  output: z.object({
    rows: z.array(z.record(z.string(), z.string())).describe('The rows. A cell that spans several rows or columns is repeated.'),
    columns: z.array(z.string()).describe('The names of the columns. A name that repeats gets a number: "Price 2".'),
    count: countPin,
  }),
  tests: [
    {
      name: 'repeats cells that span several rows, and numbers repeated names',
      input: { html: TABLE },
      output: [
        [
          'rows',
          [
            { City: 'Bonn', People: '1', 'People 2': '2' },
            { City: 'Bonn', People: '3', 'People 2': '' },
          ],
        ],
        ['columns', ['City', 'People', 'People 2']],
        ['count', 2],
      ],
    },
    {
      input: { html: '<table><tr><td>a<td>b</table>', has_header: false },
      output: [
        ['rows', [{ 1: 'a', 2: 'b' }]],
        ['columns', ['1', '2']],
        ['count', 1],
      ],
    },
    {
      name: 'does not read the rows of a table inside a cell',
      input: { html: '<table><tr><th>a</tr><tr><td><table><tr><td>x</tr></table></td></tr></table>' },
      output: [
        ['rows', [{ a: 'x' }]],
        ['columns', ['a']],
        ['count', 1],
      ],
    },
    {
      input: { html: TABLE, index: 1 },
      output: [['error', 'index must be less than the number of tables that match "table", which is 1, got 1']],
    },
    {
      name: 'a name with a number that another column has',
      input: { html: '<table><tr><th>A<th>A<th>A 2</tr><tr><td>1<td>2<td>3</tr></table>' },
      output: [
        ['rows', [{ A: '1', 'A 3': '2', 'A 2': '3' }]],
        ['columns', ['A', 'A 3', 'A 2']],
        ['count', 1],
      ],
    },
  ],
  *run({ html, selector, index, has_header: hasHeader }) {
    const tables = findAll(parseDocument(html), selector)
    const table = tables[index]
    if (!table)
      throw new Error(
        `index must be less than the number of tables that match ${show(selector)}, which is ${tables.length}, got ${index}`,
      )
    const cells = readCells(table)
    const width = cells.reduce((most, row) => Math.max(most, row.length), 0)
    const columns = nameColumns(hasHeader ? (cells[0] ?? []) : [], width)
    const rows = cells.slice(hasHeader ? 1 : 0).map((row) => orderedObject(columns.map((name, i) => [name, row[i] ?? ''])))
    yield ['rows', rows]
    yield ['columns', columns]
    yield ['count', rows.length]
  },
})

function readCells(table: DomElement): string[][] {
  const rows = findAll(table, 'tr').filter((row) => findTable(row) === table)
  const grid: string[][] = rows.map(() => [])
  for (const [y, row] of rows.entries()) {
    let x = 0
    for (const cell of row.children) {
      if (!/^t[dh]$/i.test(cell.tagName)) continue
      while (grid[y]?.[x] !== undefined) x++
      const [text, across, down] = [collapse(cell.textContent), readSpan(cell, 'colspan'), readSpan(cell, 'rowspan')]
      for (const line of grid.slice(y, y + down)) for (let i = 0; i < across; i++) line[x + i] = text
      x += across
    }
  }
  return grid.filter((row) => row.length > 0)
}

function findTable(row: DomElement): DomElement | null {
  let parent = row.parentNode
  while (parent && !/^table$/i.test(parent.tagName ?? '')) parent = parent.parentNode
  return parent
}

function readSpan(cell: DomElement, name: string): number {
  const span = Number.parseInt(cell.getAttribute(name) ?? '1', 10)
  return Number.isNaN(span) ? 1 : Math.min(Math.max(span, 1), MAX_SPAN)
}

function nameColumns(header: readonly string[], width: number): string[] {
  const given = Array.from({ length: width }, (_, i) => header[i] || String(i + 1))
  const taken = new Set(given)
  return given.map((name, i) => {
    if (given.indexOf(name) === i) return name
    let number = 2
    while (taken.has(`${name} ${number}`)) number++
    taken.add(`${name} ${number}`)
    return `${name} ${number}`
  })
}
