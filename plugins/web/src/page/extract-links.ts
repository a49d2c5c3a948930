import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { baseUrlPin, collapse, countPin, findAll, htmlPin, parseDocument, resolveUrl } from '../document/index.ts'

const PAGE =
  '<a href="/a#x">A</a> <a href="https://b.example/">B <i>b</i></a> <a href="/a">again</a> <a href="mailto:a@b.c">m</a>'

export const extractLinks = defineBlock({
  id: 'bc9e452d-bbaf-4e84-8890-440a5dd5cffa',
  name: 'extract-links',
  description: 'List the links of a page.',
  category: 'WEB',
  icon: 'link',
  synonyms: ['get links', 'urls of page', 'href', 'crawl', 'spider', 'anchors', 'outgoing links', 'hyperlinks'],
  input: z.object({
    html: htmlPin,
    base_url: baseUrlPin,
    only: z
      .enum(['all', 'internal', 'external'])
      .default('all')
      .describe('Which links to list. Internal links have the host of the base URL.'),
  }),
  output: z.object({
    rows: z
      .array(z.object({ url: z.string(), text: z.string(), is_internal: z.boolean() }))
      .describe('A row for each web address, once, without its fragment (#…).'),
    list: z.array(z.string()).describe('The addresses alone.'),
    count: countPin,
  }),
  tests: [
    {
      name: 'lists each address once, without fragments and other kinds of links',
      input: { html: PAGE, base_url: 'https://a.example/dir/' },
      output: [
        [
          'rows',
          [
            { url: 'https://a.example/a', text: 'A', is_internal: true },
            { url: 'https://b.example/', text: 'B b', is_internal: false },
          ],
        ],
        ['list', ['https://a.example/a', 'https://b.example/']],
        ['count', 2],
      ],
    },
    {
      input: { html: PAGE, base_url: 'https://a.example/', only: 'external' },
      output: [
        ['rows', [{ url: 'https://b.example/', text: 'B b', is_internal: false }]],
        ['list', ['https://b.example/']],
        ['count', 1],
      ],
    },
    {
      name: 'relative links need a base URL',
      input: { html: PAGE },
      output: [
        ['rows', [{ url: 'https://b.example/', text: 'B b', is_internal: false }]],
        ['list', ['https://b.example/']],
        ['count', 1],
      ],
    },
    {
      input: { html: PAGE, base_url: 'a.example' },
      output: [['error', 'base_url must be an address such as "https://example.com/", got "a.example"']],
    },
  ],
  *run({ html, base_url: base, only }) {
    if (base !== '' && !URL.canParse(base))
      throw new Error(`base_url must be an address such as "https://example.com/", got ${JSON.stringify(base.slice(0, 100))}`)
    const document = parseDocument(html)
    const root = resolveUrl(findAll(document, 'base[href]')[0]?.getAttribute('href') ?? base, base)
    const host = URL.parse(root)?.host
    const found = new Map<string, { url: string; text: string; is_internal: boolean }>()
    for (const anchor of findAll(document, 'a[href], area[href]')) {
      const url = URL.parse(anchor.getAttribute('href') ?? '', root || undefined)
      if (!url || !/^https?:$/.test(url.protocol)) continue
      url.hash = ''
      const text = collapse(anchor.textContent) || (anchor.getAttribute('title') ?? '')
      if (!found.has(url.href)) found.set(url.href, { url: url.href, text, is_internal: url.host === host })
    }
    const rows = [...found.values()].filter((row) => only === 'all' || row.is_internal === (only === 'internal'))
    yield ['rows', rows]
    yield ['list', rows.map(({ url }) => url)]
    yield ['count', rows.length]
  },
})
