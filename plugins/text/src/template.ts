import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { renderTemplate } from './render-template.ts'

export const template = defineBlock({
  id: 'db7d8f02-2f44-4c55-ab7a-eae0941f0c30',
  name: 'template',
  description: 'Render a Jinja template with values.',
  category: 'TEXT',
  common: true,
  icon: 'braces',
  synonyms: [
    'format text',
    'fill',
    'placeholder',
    'mustache',
    'handlebars',
    'jinja2',
    'interpolate',
    'render',
    'compose text',
    'message',
    'prompt',
    'fill text template',
    'string format',
  ],
  input: z.object({
    values: z.record(z.string(), z.unknown()).describe('The variables of the template.'),
    format: z.string().describe('The template: {{ name }}, {% if %}, {% for %}. An unknown variable is empty.'),
    escape_html: z
      .boolean()
      .default(false)
      .meta({ description: 'Escape the output of {{ }}, except after the filter "safe".', advanced: true }),
  }),
  output: z.object({ output: z.string() }),
  tests: [
    { input: { values: { name: 'Ada' }, format: 'Hello {{ name }}!' }, output: [['output', 'Hello Ada!']] },
    {
      name: 'an unknown variable is empty',
      input: { values: {}, format: '[{{ a }}{{ b.c }}{% for x in d %}x{% endfor %}]' },
      output: [['output', '[]']],
    },
    {
      input: { values: { rows: [{ n: 1 }, { n: 2 }] }, format: '{% for r in rows %}{{ r.n }};\n{% endfor %}' },
      output: [['output', '1;\n2;\n']],
    },
    {
      name: 'formats, sums and encodes',
      input: {
        values: { x: 3.14159, s: 'a b', xs: [{ n: 1 }, { n: 2 }] },
        format: "{{ '%.2f' | format(x) }} {{ xs | sum(attribute='n') }} {{ s | urlencode }}",
      },
      output: [['output', '3.14 3 a%20b']],
    },
    {
      name: 'preserves every digit of an integer',
      input: { values: { a: [{ id: 7615917337495251231n }] }, format: '{{ a[0].id }} {{ a }}' },
      output: [['output', '7615917337495251231 [{"id": 7615917337495251231}]']],
    },
    { name: 'null is empty', input: { values: { a: null, b: true }, format: '{{ a }} {{ b }}' }, output: [['output', ' true']] },
    {
      input: { values: { a: '<b>' }, format: '<i>{{ a }}{{ a | safe }}</i>', escape_html: true },
      output: [['output', '<i>&lt;b&gt;<b></i>']],
    },
    {
      input: { values: {}, format: 'Hello {{ name' },
      output: [['error', (message) => message.startsWith('format is not a Jinja template: ')]],
    },
    {
      input: { values: { a: 1 }, format: '{{ a | nonsense }}' },
      output: [['error', (message) => message.startsWith('format failed to render: ')]],
    },
    {
      name: 'rounds with a method and to tens',
      input: { values: { x: 1234.567 }, format: '{{ x|round(-2) }} {{ x|round(1, "floor") }} {{ x|round(method="ceil") }}' },
      output: [['output', '1200 1234.5 1235']],
    },
  ],
  *run({ values, format, escape_html: escapeHtml }) {
    yield ['output', renderTemplate(format, values, escapeHtml)]
  },
})
