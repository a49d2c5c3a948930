import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { indexRows, keyPins, matchKey, otherKeysOf, readField, rows, withField } from '../rows/index.ts'

export const lookup = defineBlock({
  id: 'b64ccc05-f1a7-4c98-9d49-e09f09fd9d52',
  name: 'lookup',
  description: 'Add fields from another table to every row: the values of the first row that has the same keys.',
  category: 'DATA',
  icon: 'table-properties',
  synonyms: [
    'vlookup',
    'xlookup',
    'hlookup',
    'index match',
    'enrich rows',
    'map values',
    'find row',
    'reference table',
    'add columns',
  ],
  input: z.object({
    rows: rows.meta({ title: 'Rows' }),
    other: rows.meta({ title: 'Other rows', description: 'The table that contains the values to add.' }),
    ...keyPins,
    fields: z
      .array(z.string())
      .min(1)
      .meta({
        title: 'Fields',
        description: 'Fields of the other table to add. A field of the row with this name is replaced.',
        examples: [['price']],
      }),
    default: z.unknown().default(null).meta({ title: 'Default', description: 'Value of the fields if no row matches.' }),
  }),
  output: z.object({
    rows: rows.describe('All rows, in their order, with the fields added.'),
    missing: rows.describe('The rows for which no row matches, as they were.'),
  }),
  tests: [
    {
      input: {
        rows: [
          { sku: 'a', n: 2 },
          { sku: 'b', n: 1 },
        ],
        other: [
          { id: 'a', price: 5 },
          { id: 'a', price: 9 },
        ],
        keys: ['sku'],
        other_keys: ['id'],
        fields: ['price'],
        default: 0,
      },
      output: [
        [
          'rows',
          [
            { sku: 'a', n: 2, price: 5 },
            { sku: 'b', n: 1, price: 0 },
          ],
        ],
        ['missing', [{ sku: 'b', n: 1 }]],
      ],
    },
    {
      input: { rows: [{ a: 1, b: 2 }], other: [{ a: '1', b: '2', c: 3 }], keys: ['a', 'b'], fields: ['c', 'd'] },
      output: [
        ['rows', [{ a: 1, b: 2, c: 3, d: null }]],
        ['missing', []],
      ],
    },
    {
      input: { rows: [], other: [], keys: ['a'], other_keys: ['b', 'c'], fields: ['d'] },
      output: [['error', 'other_keys must name 1 field, like keys, got 2']],
    },
  ],
  *run({ rows, other, keys, fields, default: missingValue, text_numbers: textNumbers, ...pins }) {
    const index = indexRows(other, otherKeysOf({ keys, ...pins }), textNumbers)
    const missing: typeof rows = []
    const result = rows.map((row) => {
      const match = index.get(matchKey(row, keys, textNumbers) ?? '')?.[0]
      if (match === undefined) missing.push(row)
      return fields.reduce(
        (wide, field) => withField(wide, field, match === undefined ? missingValue : readField(match, field)),
        row,
      )
    })
    yield ['rows', result]
    yield ['missing', missing]
  },
})
