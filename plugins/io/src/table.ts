import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { inputPins } from './input-pins.ts'

const rows = z.array(z.record(z.string(), z.unknown()))

export const table = defineBlock({
  id: '5603b273-f41e-4020-af7d-fbc9c6a8d928',
  name: 'table',
  description: 'Define an input of the graph: the rows of a table.',
  category: 'INPUT',
  icon: 'table',
  synonyms: ['table input', 'grid', 'rows', 'spreadsheet input', 'data input', 'parameter', 'form field'],
  kind: 'input',
  staticOutput: true,
  input: inputPins(rows.nullable().default(null).describe('The rows of the input.')).extend({
    column_headers: z.array(z.string()).default(['Column 1', 'Column 2', 'Column 3']).describe('Names of the columns.'),
  }),
  output: z.object({ result: rows }),
  tests: [
    { input: { name: 'people', value: [{ name: 'Ada' }], column_headers: ['name'] }, output: [['result', [{ name: 'Ada' }]]] },
    { name: 'without rows the table is empty', input: { name: 'people' }, output: [['result', []]] },
  ],
  *run({ value }) {
    yield ['result', value ?? []]
  },
})
