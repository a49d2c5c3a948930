import { defineBlock } from '@ashlar/sdk'
import type { DomElement } from 'linkedom/worker'
import { z } from 'zod'
import { baseUrlPin, collapse, countPin, findAll, htmlPin, parseDocument, resolveUrl, toText } from '../document/index.ts'

const PAGE = '<ul><li><a href="/a">A  b</a></li><li><a class="x">C</a></li></ul>'

export const select = defineBlock({
  id: 'be56cd1a-5a89-453e-b3b2-6820c6529181',
  name: 'select',
  description: 'Find the elements of a page that match a CSS selector, and return their text, HTML or an attribute.',
  category: 'WEB',
  common: true,
  icon: 'mouse-pointer-click',
  synonyms: [
    'css selector',
    'query selector',
    'scrape',
    'html extract',
    'cheerio',
    'beautifulsoup',
    'html parser',
    'web scraper',
  ],
  input: z.object({
    html: htmlPin,
    selector: z
      .string()
      .min(1)
      .meta({ description: 'A CSS selector.', examples: ['article h2 > a', 'table.prices td:first-child'] }),
    take: z
      .enum(['text', 'html', 'inner_html', 'attribute'])
      .default('text')
      .describe('What to return of each element: its text, its HTML, the HTML of its content, or one attribute.'),
    attribute: z.string().default('').describe('The name of the attribute, such as href, if "take" is "attribute".'),
    base_url: baseUrlPin,
  }),
  output: z.object({
    result: z.string().describe('The result of the first element. No value if nothing matches.'),
    list: z.array(z.string()).describe('The results of all elements, in the order of the page.'),
    count: countPin,
  }),
  tests: [
    {
      input: { html: PAGE, selector: 'li' },
      output: [
        ['result', 'A b'],
        ['list', ['A b', 'C']],
        ['count', 2],
      ],
    },
    {
      name: 'omits elements without the attribute, and resolves links',
      input: { html: PAGE, selector: 'a', take: 'attribute', attribute: 'href', base_url: 'https://example.com/x' },
      output: [
        ['result', 'https://example.com/a'],
        ['list', ['https://example.com/a']],
        ['count', 1],
      ],
    },
    {
      input: { html: PAGE, selector: 'a.x', take: 'html' },
      output: [
        ['result', '<a class="x">C</a>'],
        ['list', ['<a class="x">C</a>']],
        ['count', 1],
      ],
    },
    {
      input: { html: PAGE, selector: 'h1' },
      output: [
        ['list', []],
        ['count', 0],
      ],
    },
    {
      input: { html: PAGE, selector: 'a[[' },
      output: [
        ['error', (message: string) => message.startsWith('selector must be a CSS selector such as "article h2 > a", got "a[["')],
      ],
    },
    {
      input: { html: PAGE, selector: 'a', take: 'attribute' },
      output: [['error', 'attribute must be the name of an attribute, such as "href", if take is "attribute"']],
    },
  ],
  *run({ html, selector, take, attribute, base_url: base }) {
    if (take === 'attribute' && attribute === '')
      throw new Error('attribute must be the name of an attribute, such as "href", if take is "attribute"')
    const list = findAll(parseDocument(html), selector).flatMap((element) => read(element, take, attribute, base) ?? [])
    if (list[0] !== undefined) yield ['result', list[0]]
    yield ['list', list]
    yield ['count', list.length]
  },
})

function read(element: DomElement, take: string, attribute: string, base: string): string | undefined {
  switch (take) {
    case 'html':
      return element.outerHTML
    case 'inner_html':
      return element.innerHTML
    case 'attribute':
      return readAttribute(element, attribute, base)
    default:
      return element.querySelector('p,br,li,tr,div') ? toText(element) : collapse(element.textContent)
  }
}

const ADDRESSES = new Set(['href', 'src', 'action', 'poster', 'cite', 'data'])

/** Attributes that contain an address become absolute. */
export function readAttribute(element: DomElement, name: string, base: string): string | undefined {
  const value = element.getAttribute(name)
  if (value === null) return undefined
  return ADDRESSES.has(name.toLowerCase()) ? resolveUrl(value, base) : value
}
