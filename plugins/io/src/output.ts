import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { renderFormat } from './render-format.ts'

export const output = defineBlock({
  id: '363ae599-353e-4804-937e-b2ee3cef3da4',
  name: 'output',
  description: 'Hand a value out of the graph under a name.',
  category: 'OUTPUT',
  kind: 'output',
  staticOutput: true,
  input: z.object({
    value: z.unknown().default(null).describe('The value to hand out.'),
    name: z.string().describe('Name under which the graph hands it out.'),
    title: z.string().nullable().default(null).describe('Title shown instead of the name.'),
    description: z.string().nullable().default(null).describe('What this output is, for people.'),
    format: z
      .string()
      .default('')
      .describe('Jinja template that shows the value, which it sees under the name of the output: {{ greeting }}.'),
    escape_html: z.boolean().default(false).describe('Escape texts of the value for HTML.'),
    advanced: z.boolean().default(false).describe('Show this output only among the advanced ones.'),
    secret: z.boolean().default(false).describe('Hide the value from views and logs.'),
  }),
  output: z.object({
    output: z.unknown().describe('The value, or the filled-in format.'),
    name: z.string().describe('Name of the output; only without a format.'),
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
