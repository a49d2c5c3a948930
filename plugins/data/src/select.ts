import { defineBlock, orderedObject } from '@ashlar/sdk'
import { z } from 'zod'
import { readField, rows } from './rows/index.ts'

export const select = defineBlock({
  id: '0df61241-89ff-498e-a15d-d3d502b6a1d5',
  name: 'select',
  description: 'Keep only some fields of every row.',
  category: 'DATA',
  common: true,
  icon: 'columns-3',
  synonyms: ['keep columns', 'pick', 'remove fields', 'drop columns', 'choose fields', 'edit fields', 'project', 'rename keys'],
  input: z.object({ rows, fields: z.array(z.string()).describe('The fields to keep, in this order.') }),
  output: z.object({ rows: rows.describe('A field that a row lacks is null.') }),
  tests: [
    { input: { rows: [{ a: 1, b: 2, c: 3 }], fields: ['c', 'a'] }, output: [['rows', [{ c: 3, a: 1 }]]] },
    { input: { rows: [{ a: 1 }], fields: ['b'] }, output: [['rows', [{ b: null }]]] },
  ],
  *run({ rows, fields }) {
    yield ['rows', rows.map((row) => orderedObject(fields.map((field) => [field, readField(row, field)])))]
  },
})
