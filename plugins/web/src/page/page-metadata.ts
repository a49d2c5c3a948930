import { defineBlock, parseJson } from '@ashlar/sdk'
import type { DomDocument } from 'linkedom/worker'
import { z } from 'zod'
import { baseUrlPin, collapse, findAll, htmlPin, parseDocument, resolveUrl } from '../document/index.ts'

const PAGE = `<html lang="en"><head><title> A  title </title><meta name="description" content="About a &amp; b">
<meta property="og:title" content="Shared title"><meta property="og:image" content="/i.png"><link rel="canonical" href="/c">
<link rel="alternate" type="application/rss+xml" href="/feed"><script type="application/ld+json">{"@type":"Article","id":7615917337495251231}</script>
<script type="application/ld+json">{broken</script></head></html>`

export const pageMetadata = defineBlock({
  id: '14cb5343-c64b-43ad-b11f-6af63d37dfa5',
  name: 'page-metadata',
  description: 'Read the title, the description, the image and other metadata of a page.',
  category: 'WEB',
  icon: 'tags',
  synonyms: [
    'open graph',
    'og tags',
    'meta tags',
    'json-ld',
    'schema.org',
    'link preview',
    'unfurl',
    'seo',
    'canonical',
    'twitter card',
  ],
  input: z.object({ html: htmlPin, base_url: baseUrlPin }),
  output: z.object({
    title: z.string().describe('The title: of Open Graph, or the element "title". Empty if there is none.'),
    description: z.string().describe('The description, or an empty text.'),
    url: z.string().describe('The canonical address, or the base URL.'),
    image: z.string().describe('The address of the image for previews, or an empty text.'),
    language: z.string().describe('The language, such as "en", or an empty text.'),
    feeds: z.array(z.string()).describe('The addresses of RSS, Atom and JSON feeds.'),
    meta: z.record(z.string(), z.string()).describe('All meta elements by name, such as "og:title" or "author".'),
    json_ld: z
      .array(z.unknown())
      .describe('The JSON-LD data of the page. Data that is not valid JSON is omitted, with a warning.'),
  }),
  tests: [
    {
      input: { html: PAGE, base_url: 'https://a.example/x' },
      output: [
        ['title', 'Shared title'],
        ['description', 'About a & b'],
        ['url', 'https://a.example/c'],
        ['image', 'https://a.example/i.png'],
        ['language', 'en'],
        ['feeds', ['https://a.example/feed']],
        ['meta', { description: 'About a & b', 'og:title': 'Shared title', 'og:image': '/i.png' }],
        ['json_ld', [{ '@type': 'Article', id: 7615917337495251231n }]],
      ],
    },
    {
      input: { html: '<title> A  title </title>' },
      output: [
        ['title', 'A title'],
        ['description', ''],
        ['url', ''],
        ['image', ''],
        ['language', ''],
        ['feeds', []],
        ['meta', {}],
        ['json_ld', []],
      ],
    },
    {
      name: 'names of meta elements in any case',
      input: { html: '<head><meta name="Description" content="d"></head>' },
      output: [
        ['title', ''],
        ['description', 'd'],
        ['url', ''],
        ['image', ''],
        ['language', ''],
        ['feeds', []],
        ['meta', { Description: 'd' }],
        ['json_ld', []],
      ],
    },
  ],
  *run({ html, base_url: base }, { log }) {
    const document = parseDocument(html)
    const meta = readMeta(document)
    const byName = new Map(Object.entries(meta).map(([name, content]) => [name.toLowerCase(), content]))
    const find = (...names: string[]) => names.map((name) => byName.get(name)).find((content) => content !== undefined)
    const link = (selector: string) => resolveUrl(findAll(document, selector)[0]?.getAttribute('href'), base)
    yield ['title', collapse(find('og:title', 'twitter:title') ?? findAll(document, 'title')[0]?.textContent)]
    yield ['description', collapse(find('og:description', 'description', 'twitter:description'))]
    yield ['url', link('link[rel~="canonical"][href]') || resolveUrl(find('og:url'), base) || base]
    yield ['image', resolveUrl(find('og:image', 'twitter:image'), base)]
    yield ['language', findAll(document, 'html[lang]')[0]?.getAttribute('lang') ?? find('og:locale') ?? '']
    yield ['feeds', findAll(document, FEEDS).map((each) => resolveUrl(each.getAttribute('href'), base))]
    yield ['meta', meta]
    yield ['json_ld', readJsonLd(document, log)]
  },
})

const FEEDS = ['rss+xml', 'atom+xml', 'feed+json']
  .map((type) => `link[rel~="alternate"][type="application/${type}"][href]`)
  .join(',')

function readMeta(document: DomDocument): Record<string, string> {
  const found = new Map<string, string>()
  for (const element of findAll(document, 'meta[content]')) {
    const name = element.getAttribute('property') ?? element.getAttribute('name')
    if (name && !found.has(name)) found.set(name, element.getAttribute('content') ?? '')
  }
  return Object.fromEntries(found)
}

function readJsonLd(document: DomDocument, log: (text: string, level: 'warn') => void): unknown[] {
  return findAll(document, 'script[type="application/ld+json"]').flatMap((script) => {
    try {
      return [parseJson(script.textContent ?? '')]
    } catch (error) {
      log(`omitted JSON-LD that is not valid JSON: ${error instanceof Error ? error.message : String(error)}`, 'warn')
      return []
    }
  })
}
