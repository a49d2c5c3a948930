import { defineBlock, orderedObject } from '@ashlar/sdk'
import type { DomElement } from 'linkedom/worker'
import { z } from 'zod'
import { baseUrlPin, collapse, countPin, findAll, findOne, htmlPin, parseDocument } from '../document/index.ts'
import { readAttribute } from './select.ts'

const PAGE = '<div class="p"><h2>Pen</h2><b>2 €</b><a href="/pen">more</a></div><div class="p"><h2>Ink</h2></div>'

export const extractRows = defineBlock({
  id: '985be49d-3270-48aa-82ed-4f670502c1d4',
  name: 'extract-rows',
  description: 'Turn the repeated parts of a page, such as products or search results, into rows.',
  category: 'WEB',
  icon: 'table-properties',
  synonyms: ['scrape list', 'web scraper', 'html extract', 'css selector', 'scrape products', 'html to json', 'crawl'],
  input: z.object({
    html: htmlPin,
    selector: z
      .string()
      .min(1)
      .meta({ description: 'A CSS selector of the part that repeats, one for each row.', examples: ['.product'] }),
    fields: z.record(z.string(), z.string()).meta({
      description:
        'The columns: a name, and a CSS selector inside the part. "@" and a name at the end reads an attribute; "@href" alone reads an attribute of the part itself.',
      examples: [{ name: 'h2', price: '.price', page: 'a@href' }],
    }),
    base_url: baseUrlPin,
  }),
  output: z.object({
    rows: z
      .array(z.record(z.string(), z.string().nullable()))
      .describe('A row for each part. A column that is not found is null.'),
    count: countPin,
  }),
  tests: [
    {
      input: {
        html: PAGE,
        selector: '.p',
        fields: { name: 'h2', price: 'b', page: 'a@href', kind: '@class' },
        base_url: 'https://a.example/',
      },
      output: [
        [
          'rows',
          [
            { name: 'Pen', price: '2 €', page: 'https://a.example/pen', kind: 'p' },
            { name: 'Ink', price: null, page: null, kind: 'p' },
          ],
        ],
        ['count', 2],
      ],
    },
    {
      input: { html: PAGE, selector: '.q', fields: { name: 'h2' } },
      output: [
        ['rows', []],
        ['count', 0],
      ],
    },
    {
      input: { html: PAGE, selector: '.p', fields: { name: 'h2::' } },
      output: [['error', (message: string) => message.startsWith('fields["name"] must be a CSS selector such as')]],
    },
    {
      input: { html: PAGE, selector: '.p', fields: {} },
      output: [['error', 'fields must have at least one column, such as {"name": "h2"}']],
    },
  ],
  *run({ html, selector, fields, base_url: base }) {
    const columns = Object.entries(fields)
    if (columns.length === 0) throw new Error('fields must have at least one column, such as {"name": "h2"}')
    const parts = findAll(parseDocument(html), selector)
    const rows = parts.map((part) => orderedObject(columns.map(([name, path]) => [name, readField(part, name, path, base)])))
    yield ['rows', rows]
    yield ['count', rows.length]
  },
})

function readField(part: DomElement, name: string, path: string, base: string): string | null {
  const [, selector = '', attribute] = /^(.*?)(?:@([\w:-]+))?$/su.exec(path.trim()) ?? []
  const element = selector.trim() === '' ? part : findOne(part, selector, `fields[${JSON.stringify(name)}]`)
  if (!element) return null
  return attribute === undefined ? collapse(element.textContent) : (readAttribute(element, attribute, base) ?? null)
}
