import { defineBlock, fromInput, type BlockContext } from '@ashlar/sdk'
import { DOMParser, type DomElement } from 'linkedom/worker'
import { z } from 'zod'
import { fetchText, resolveUrl, show, urlPin } from '../document/index.ts'

/** The maximum number of files that a sitemap index may refer to. */
const MAX_FILES = 50

const page = z.object({ url: z.string(), updated: z.string(), priority: z.number().nullable() })
type Page = z.output<typeof page>

const INDEX =
  '<sitemapindex><sitemap><loc>https://a.example/1.xml</loc></sitemap><sitemap><loc>https://a.example/2.xml</loc></sitemap></sitemapindex>'
const FIRST =
  '<urlset><url><loc>https://a.example/?a=1&amp;b</loc><lastmod>2026-03-29</lastmod><priority>0.5</priority></url></urlset>'
const SECOND = '<urlset><url><loc> https://a.example/b </loc></url></urlset>'

export const readSitemap = defineBlock({
  id: 'aeca7947-2552-4628-979a-42e0718abe96',
  name: 'read-sitemap',
  description: 'List the pages of a site from its sitemap.',
  category: 'WEB',
  icon: 'map',
  synonyms: ['sitemap.xml', 'crawl', 'all pages', 'site urls', 'spider', 'list pages'],
  capabilities: { http: [fromInput('url', { redirects: 'public' })] },
  onCrash: 'retry',
  timeoutMs: 300_000,
  input: z.object({
    url: urlPin.meta({ title: 'URL', description: 'The address of the sitemap.', examples: ['https://example.com/sitemap.xml'] }),
    limit: z.int().min(1).max(50_000).default(5000).describe('The maximum number of pages.'),
    since: z
      .string()
      .default('')
      .describe(
        'Return only pages that were updated on or after this date, such as 2026-03-29. Pages without a date are returned.',
      ),
  }),
  output: z.object({
    page: page.meta({
      title: 'Page',
      description: 'Each page: url, updated (the date as in the sitemap, or empty) and priority (0 to 1, or null).',
      many: true,
    }),
    rows: z.array(page).describe('All pages in one list.'),
    count: z.int().describe('The number of pages.'),
  }),
  tests: [
    {
      name: 'follows an index',
      input: { url: 'https://a.example/sitemap.xml' },
      http: {
        'GET https://a.example/sitemap.xml': { text: INDEX },
        'GET https://a.example/1.xml': { text: FIRST },
        'GET https://a.example/2.xml': { text: SECOND },
      },
      output: [
        { page: { url: 'https://a.example/?a=1&b', updated: '2026-03-29', priority: 0.5 } },
        { page: { url: 'https://a.example/b', updated: '', priority: null } },
        ['rows', (rows: unknown[]) => rows.length === 2],
        ['count', 2],
      ],
    },
    {
      input: { url: 'https://a.example/1.xml', since: '2026-04-01' },
      http: { 'GET https://a.example/1.xml': { text: FIRST } },
      output: [
        ['rows', []],
        ['count', 0],
      ],
    },
    {
      name: 'a text file with one address in each line',
      input: { url: 'https://a.example/map.txt', limit: 1 },
      http: { 'GET https://a.example/map.txt': { text: 'https://a.example/x\nhttps://a.example/y\n' } },
      output: [
        { page: { url: 'https://a.example/x', updated: '', priority: null } },
        ['rows', (rows: unknown[]) => rows.length === 1],
        ['count', 1],
      ],
    },
    {
      input: { url: 'https://a.example/' },
      http: { 'GET https://a.example/': { text: '<html></html>' } },
      output: [['error', (message: string) => message.startsWith('url must be a sitemap, got "<html></html>"')]],
    },
    {
      name: 'compares moments, not texts',
      input: { url: 'https://a.example/map.xml', since: '2026-03-30T00:00:00Z' },
      http: {
        'GET https://a.example/map.xml': {
          text: '<urlset><url><loc>https://a.example/1</loc><lastmod>2026-03-29T23:00:00-05:00</lastmod></url><url><loc>https://a.example/2</loc><lastmod>2026-03-30T01:00:00+02:00</lastmod></url><url><loc>https://a.example/3</loc><lastmod>2026-03-30</lastmod></url></urlset>',
        },
      },
      output: [
        { page: { url: 'https://a.example/1', updated: '2026-03-29T23:00:00-05:00', priority: null } },
        { page: { url: 'https://a.example/3', updated: '2026-03-30', priority: null } },
        ['rows', (rows: unknown[]) => rows.length === 2],
        ['count', 2],
      ],
    },
    {
      input: { url: 'https://a.example/map.xml', since: '29.03.2026' },
      output: [['error', 'since must be a date such as 2026-03-29, got "29.03.2026"']],
    },
  ],
  async *run({ url, limit, since }, context) {
    const after = readTime(since)
    const rows: Page[] = []
    for await (const each of readPages(url, context)) {
      if (rows.length >= limit) break
      if (after !== undefined && endOf(each.updated) < after) continue
      rows.push(each)
      yield { page: each }
    }
    yield ['rows', rows]
    yield ['count', rows.length]
  },
})

/** @returns milliseconds since 1970, or undefined for an empty text */
function readTime(since: string): number | undefined {
  if (since === '') return undefined
  const time = /^\d{4}-\d\d-\d\d/.test(since) ? Date.parse(since) : NaN
  if (Number.isNaN(time)) throw new Error(`since must be a date such as 2026-03-29, got ${show(since)}`)
  return time
}

const DAY_MS = 86_400_000

/** The last moment that a date can mean. A page without a date is always new. */
function endOf(updated: string): number {
  const time = Date.parse(updated)
  if (Number.isNaN(time)) return Infinity
  return updated.includes('T') ? time : time + DAY_MS - 1
}

async function* readPages(start: string, context: BlockContext): AsyncGenerator<Page, void> {
  const waiting = [start]
  const seen = new Set(waiting)
  for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) {
    const { text } = await fetchText(url, 'application/xml,text/xml,text/plain;q=0.5,*/*;q=0.1', context)
    const { pages, files } = parseSitemap(text, url)
    yield* pages
    for (const file of files) {
      if (seen.has(file)) continue
      if (seen.size > MAX_FILES)
        throw new Error(`url must be a sitemap of at most ${MAX_FILES} files; read the files that it names one by one`)
      seen.add(file)
      waiting.push(file)
    }
  }
}

function parseSitemap(text: string, url: string): { pages: Page[]; files: string[] } {
  const trimmed = text.replace(/^\ufeff?\s*/u, '')
  if (/^https?:\/\//i.test(trimmed)) return { pages: trimmed.split(/\s+/).filter(Boolean).map(toPlainPage), files: [] }
  const root = trimmed.startsWith('<') ? new DOMParser().parseFromString(trimmed, 'text/xml').documentElement : null
  const name = root?.tagName.toLowerCase()
  if (!root || (name !== 'urlset' && name !== 'sitemapindex'))
    throw new Error(
      `url must be a sitemap, got ${show(trimmed.slice(0, 60))}; the file robots.txt of a site often names its sitemap`,
    )
  const items = [...root.children].map((item) => toPage(item, url)).filter((each) => each.url !== '')
  return name === 'urlset' ? { pages: items, files: [] } : { pages: [], files: items.map((each) => each.url) }
}

function toPlainPage(url: string): Page {
  return { url, updated: '', priority: null }
}

function toPage(item: DomElement, base: string): Page {
  const read = (name: string) =>
    ([...item.children].find((child) => child.tagName.toLowerCase() === name)?.textContent ?? '').trim()
  const priority = read('priority')
  return {
    url: resolveUrl(read('loc'), base),
    updated: read('lastmod'),
    priority: priority === '' || Number.isNaN(Number(priority)) ? null : Number(priority),
  }
}
