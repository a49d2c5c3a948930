import { defineBlock, fromInput } from '@ashlar/sdk'
import { z } from 'zod'
import { toMarkdown } from '../convert/index.ts'
import { collapse, fetchText, findAll, parseDocument, toText, urlPin } from '../document/index.ts'

export const readPage = defineBlock({
  id: '795dfd01-f3c0-4655-8ad6-f3afd87be8e5',
  name: 'read-page',
  description: 'Fetch a web page and return its title, its text, Markdown and HTML.',
  category: 'WEB',
  common: true,
  icon: 'globe',
  synonyms: [
    'fetch page',
    'open url',
    'web scraper',
    'website content',
    'browse',
    'url to text',
    'url to markdown',
    'crawl',
    'read website',
    'jina reader',
  ],
  capabilities: { http: [fromInput('url', { redirects: 'public' })] },
  onCrash: 'retry',
  input: z.object({ url: urlPin }),
  output: z.object({
    title: z.string().describe('The title, or an empty text.'),
    text: z.string().describe('The text of the page, including menus. For the article alone, pass "html" to "web/read-article".'),
    markdown: z.string().describe('The page as Markdown.'),
    html: z.string().describe('The HTML of the page, as the server sent it.'),
    url: z.string().describe('The address after redirects.'),
  }),
  tests: [
    {
      input: { url: 'https://a.example/p' },
      http: {
        'GET https://a.example/p': {
          headers: { 'content-type': 'text/html; charset=windows-1252' },
          base64: 'PHRpdGxlPkNhZukgMTwvdGl0bGU+PGgxPkNhZuk8L2gxPjxwPk9wZW4uIDxhIGhyZWY9Ii94Ij5NYXA8L2E+PC9wPg==',
        },
      },
      output: [
        ['title', 'Café 1'],
        ['text', 'Café\n\nOpen. Map'],
        ['markdown', '# Café\n\nOpen. [Map](https://a.example/x)'],
        ['html', (html) => html.startsWith('<title>Café 1</title>')],
        ['url', 'https://a.example/p'],
      ],
    },
    {
      input: { url: 'https://a.example/p' },
      http: { 'GET https://a.example/p': { status: 404, text: 'no' } },
      output: [['error', 'url: "https://a.example/p" answered with the status 404; check the address, or try again later']],
    },
    { input: { url: 'a.example' }, output: [['error', 'url must start with http:// or https://, got "a.example"']] },
  ],
  async *run({ url }, context) {
    const page = await fetchText(url, 'text/html,application/xhtml+xml,*/*;q=0.5', context)
    const document = parseDocument(page.text)
    yield ['title', collapse(findAll(document, 'title')[0]?.textContent)]
    yield ['text', toText(document.body)]
    yield ['markdown', toMarkdown(document.body, page.url)]
    yield ['html', page.text]
    yield ['url', page.url]
  },
})
