import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { renderFormat } from './render-format.ts'

export const output = defineBlock({
  id: '363ae599-353e-4804-937e-b2ee3cef3da4',
  name: 'output',
  description: 'Define an output of the graph.',
  category: 'OUTPUT',
  common: true,
  icon: 'log-out',
  synonyms: ['result', 'return', 'respond', 'response', 'end', 'agent output', 'finish', 'answer', 'respond to webhook'],
  kind: 'output',
  staticOutput: true,
  input: z.object({
    value: z.unknown().default(null).describe('The value of the output.'),
    name: z.string().describe('Name of the graph output.'),
    title: z.string().nullable().default(null).meta({ description: 'Title to show instead of the name.', advanced: true }),
    description: z.string().nullable().default(null).meta({ description: 'Description for users.', advanced: true }),
    format: z.string().default('').meta({
      description: 'Jinja template for the value. Its variable has the name of the output: {{ greeting }}.',
      advanced: true,
    }),
    escape_html: z.boolean().default(false).meta({ description: 'Escape HTML in texts of the value.', advanced: true }),
    advanced: z
      .boolean()
      .default(false)
      .meta({ description: 'Show this output only among the advanced outputs.', advanced: true }),
    secret: z.boolean().default(false).meta({ description: 'Hide the value from views and logs.', advanced: true }),
  }),
  output: z.object({
    output: z.unknown().describe('The value, or the rendered template.'),
    name: z.string().describe('Name of the output. Not sent if there is a format.'),
  }),
  tests: [
    {
      input: { name: 'sum', value: 3 },
      output: [
        ['output', 3],
        ['name', 'sum'],
      ],
    },
    {
      input: { name: 'nothing' },
      output: [
        ['output', null],
        ['name', 'nothing'],
      ],
    },
    { input: { name: 'who', value: 'Ada', format: 'Hello {{ who }}!' }, output: [['output', 'Hello Ada!']] },
    {
      input: { name: 'id', value: 7615917337495251231n, format: 'No. {{ id }}' },
      output: [['output', 'No. 7615917337495251231']],
    },
    { input: { name: 'who', format: 'Hello {{ who }}!' }, output: [['output', 'Hello !']] },
    {
      input: { name: 'who', value: ['<b>'], format: '<i>{{ who[0] }}</i>', escape_html: true },
      output: [['output', '<i>&lt;b&gt;</i>']],
    },
    {
      input: { name: 'who', value: 1, format: '{{ who' },
      output: [['error', (message) => message.startsWith('format must be a Jinja template, got "{{ who": ')]],
    },
  ],
  *run({ value, name, format, escape_html: escapeHtml }) {
    if (format) return yield ['output', renderFormat(format, name, value, escapeHtml)]
    yield ['output', value]
    yield ['name', name]
  },
})
