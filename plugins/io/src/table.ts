import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { inputPins } from './input-pins.ts'

const rows = z.array(z.record(z.string(), z.unknown()))

export const table = defineBlock({
  id: '5603b273-f41e-4020-af7d-fbc9c6a8d928',
  name: 'table',
  description: 'Take rows of a table as an input of the graph.',
  category: 'INPUT',
  kind: 'input',
  staticOutput: true,
  input: inputPins(rows.nullable().default(null).describe('The rows that the graph was given.')).extend({
    column_headers: z.array(z.string()).default(['Column 1', 'Column 2', 'Column 3']).describe('Names of the columns to offer.'),
  }),
  output: z.object({ result: rows }),
  tests: [
    { input: { name: 'people', value: [{ name: 'Ada' }], column_headers: ['name'] }, output: [['result', [{ name: 'Ada' }]]] },
    { name: 'no rows are an empty table', input: { name: 'people' }, output: [['result', []]] },
  ],
  *run({ value }) {
    yield ['result', value ?? []]
  },
})
