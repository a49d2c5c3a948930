import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { createValidate, fault } from './create-validate.ts'

const MAX_FAULTS = 1000

export const validateRows = defineBlock({
  id: '5407bbb3-2043-4ac8-81f9-57f3f0d4807b',
  name: 'validate-rows',
  description: 'Divide rows into valid and invalid ones by a JSON Schema.',
  category: 'DATA',
  icon: 'list-checks',
  synonyms: [
    'validate table',
    'data quality',
    'check rows',
    'bad rows',
    'json schema',
    'reject rows',
    'data validation',
    'clean data',
  ],
  input: z.object({
    rows: z.array(z.unknown()).meta({ title: 'Rows' }),
    schema: z.unknown().meta({
      title: 'Schema',
      description: 'A JSON Schema of one row.',
      examples: [{ required: ['id'], properties: { id: { type: 'integer' } } }],
    }),
  }),
  output: z.object({
    valid: z.array(z.unknown()).describe('The valid rows.'),
    invalid: z.array(z.unknown()).describe('The other rows.'),
    faults: z
      .array(z.object({ row: z.int(), ...fault.shape }))
      .describe('What is wrong, with the number of the row from 1. At most 1000 faults.'),
  }),
  tests: [
    {
      input: { rows: [{ id: 1 }, { id: 'x' }, {}], schema: { required: ['id'], properties: { id: { type: 'integer' } } } },
      output: [
        ['valid', [{ id: 1 }]],
        ['invalid', [{ id: 'x' }, {}]],
        [
          'faults',
          [
            { row: 2, path: '/id', message: 'Instance type "string" is invalid. Expected "integer".' },
            { row: 3, path: '', message: 'Instance does not have required property "id".' },
          ],
        ],
      ],
    },
    { input: { rows: [], schema: null }, output: [['error', 'schema must be a dictionary with a JSON Schema, got null']] },
  ],
  *run({ rows, schema }) {
    const validate = createValidate(schema)
    const all = rows.map((row, i) => ({ row, faults: validate(row).map((each) => ({ row: i + 1, ...each })) }))
    yield ['valid', all.filter(({ faults }) => faults.length === 0).map(({ row }) => row)]
    yield ['invalid', all.filter(({ faults }) => faults.length > 0).map(({ row }) => row)]
    yield ['faults', all.flatMap(({ faults }) => faults).slice(0, MAX_FAULTS)]
  },
})
