import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { createValidate, fault } from './create-validate.ts'

export const validate = defineBlock({
  id: 'd55f6e86-ec40-4a99-9d27-4a7f7abbcc3b',
  name: 'validate',
  description: 'Check data against a JSON Schema and choose one of two outputs.',
  category: 'DATA',
  categories: ['LOGIC'],
  icon: 'shield-check',
  synonyms: [
    'json schema',
    'schema validation',
    'check data',
    'validate input',
    'assert',
    'ajv',
    'data contract',
    'verify structure',
  ],
  input: z.object({
    data: z.unknown().meta({ title: 'Data' }),
    schema: z.unknown().meta({
      title: 'Schema',
      description: 'A JSON Schema of draft 2020-12, or of the draft that its $schema names.',
      examples: [{ type: 'object', required: ['email'], properties: { email: { type: 'string', format: 'email' } } }],
    }),
  }),
  output: z.object({
    valid: z.unknown().describe('The data, if it is valid.'),
    invalid: z.unknown().describe('The data, if it is not valid.'),
    faults: z.array(fault).describe('What is wrong. Empty if the data is valid.'),
  }),
  tests: [
    {
      input: { data: { a: 5 }, schema: { type: 'object', properties: { a: { type: 'integer', minimum: 1 } } } },
      output: [
        ['valid', { a: 5 }],
        ['faults', []],
      ],
    },
    {
      input: { data: { a: ['x'], b: 1 }, schema: { properties: { a: { items: { type: 'number' } } }, required: ['c'] } },
      output: [
        ['invalid', { a: ['x'], b: 1 }],
        [
          'faults',
          [
            { path: '', message: 'Instance does not have required property "c".' },
            { path: '/a/0', message: 'Instance type "string" is invalid. Expected "number".' },
          ],
        ],
      ],
    },
    { input: { data: 1, schema: 'x' }, output: [['error', 'schema must be a dictionary with a JSON Schema, got "x"']] },
    {
      input: { data: 'a', schema: { pattern: '(' } },
      output: [['error', (message: string) => message.startsWith('schema must be a JSON Schema: ')]],
    },
    {
      input: { data: {}, schema: { $ref: 'https://example.com/other' } },
      output: [['error', (message: string) => message.startsWith('schema must be a JSON Schema: ')]],
    },
  ],
  *run({ data, schema }) {
    const faults = createValidate(schema)(data)
    yield faults.length === 0 ? ['valid', data] : ['invalid', data]
    yield ['faults', faults]
  },
})
