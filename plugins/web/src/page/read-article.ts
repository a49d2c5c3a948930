import { defineBlock } from '@ashlar/sdk'
import { Readability } from '@mozilla/readability'
import { z } from 'zod'
import { toMarkdown } from '../convert/index.ts'
import { baseUrlPin, collapse, htmlPin, parseDocument, parseFragment, toText } from '../document/index.ts'

const articlePins = z.object({
  title: z.string().describe('The title, or an empty text.'),
  text: z.string().describe('The article as plain text.'),
  markdown: z.string().describe('The article as Markdown.'),
  html: z.string().describe('The article as HTML. To show it in a page, clean it with the block "web/clean-html".'),
  author: z.string().describe('The author, or an empty text.'),
  published: z.string().describe('When the article was published, as the page writes it, or an empty text.'),
  excerpt: z.string().describe('The description or the first paragraph.'),
  language: z.string().describe('The language, such as "en", or an empty text.'),
  site: z.string().describe('The name of the site, or an empty text.'),
})

const SENTENCE = 'A sentence of the article, with commas, and more words, so that it counts as text. '
const PAGE = `<html lang="en"><head><title>A story about a pen and ink - Site</title><meta property="og:site_name" content="Site"></head><body>
<nav><a href="/">Home</a></nav><article><h2>Part one</h2><p>${SENTENCE.repeat(4)}<a href="/next">Next</a></p><p>${SENTENCE.repeat(4)}</p></article><footer>Imprint</footer></body></html>`

export const readArticle = defineBlock({
  id: 'afd2e90e-8816-4926-b9e5-8668248d8840',
  name: 'read-article',
  description: 'Extract the article of a page, without menus and advertisements.',
  category: 'WEB',
  common: true,
  icon: 'newspaper',
  synonyms: [
    'readability',
    'reader mode',
    'main content',
    'boilerplate removal',
    'extract article',
    'clean page',
    'news',
    'scrape article',
  ],
  input: z.object({ html: htmlPin, base_url: baseUrlPin }),
  output: articlePins,
  tests: [
    {
      input: { html: PAGE, base_url: 'https://a.example/' },
      output: [
        ['title', 'A story about a pen and ink'],
        ['text', (text) => text.startsWith('Part one\n\nA sentence') && !text.includes('Home') && !text.includes('Imprint')],
        ['markdown', (text) => text.startsWith('## Part one\n\nA sentence') && text.includes('[Next](https://a.example/next)')],
        ['html', (html) => html.includes('<h2>Part one</h2>')],
        ['author', ''],
        ['published', ''],
        ['excerpt', (text) => text.startsWith('A sentence of the article')],
        ['language', 'en'],
        ['site', 'Site'],
      ],
    },
    {
      input: { html: '<nav>Menu</nav>' },
      output: [
        ['error', 'html must contain an article, but no part of the page has enough text; use the block "web/html-to-text"'],
      ],
    },
  ],
  *run({ html, base_url: base }) {
    const article = new Readability(parseDocument(html)).parse()
    if (!article || collapse(article.textContent).length < MIN_CHARACTERS)
      throw new Error('html must contain an article, but no part of the page has enough text; use the block "web/html-to-text"')
    const body = parseFragment(article.content ?? '')
    yield ['title', collapse(article.title)]
    yield ['text', toText(body)]
    yield ['markdown', toMarkdown(body, base)]
    yield ['html', body.innerHTML]
    yield ['author', collapse(article.byline)]
    yield ['published', collapse(article.publishedTime)]
    yield ['excerpt', collapse(article.excerpt)]
    yield ['language', article.lang ?? '']
    yield ['site', collapse(article.siteName)]
  },
})

const MIN_CHARACTERS = 25
