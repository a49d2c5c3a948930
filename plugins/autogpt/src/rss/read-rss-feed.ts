import { decodeText, defineBlock, fromInput } from '@ashlar/sdk'
import { z } from 'zod'
import { parseFeed } from './parse-feed.ts'
import { ATOM, RSS } from './samples.ts'

const MAX_FEED_BYTES = 8 * 1024 * 1024

const entryType = z.object({
  title: z.string(),
  link: z.string(),
  description: z.string(),
  pub_date: z.string().nullable(),
  author: z.string(),
  categories: z.array(z.string()),
})

export const readRssFeed = defineBlock({
  id: '5ebe6768-8e5d-41e3-9134-1c7bd89a8d52',
  name: 'read-rss-feed',
  description: 'Read the recent entries of an RSS or Atom feed.',
  category: 'WEB',
  icon: 'rss',
  synonyms: ['rss', 'feed', 'atom', 'news', 'blog posts', 'rss reader', 'podcast', 'rss feed trigger'],
  capabilities: { http: [fromInput('rss_url', { redirects: 'public' })] },
  onCrash: 'retry', // the block only reads
  input: z.object({
    rss_url: z
      .string()
      .meta({ title: 'URL', description: 'The address of the feed.', examples: ['https://example.com/rss.xml'] }),
    time_period: z.int().default(1440).meta({
      title: 'Minutes',
      description: 'How many minutes back from now to read. Entries without a date are always sent.',
    }),
    polling_rate: z.int().meta({ title: 'Polling rate', description: 'Ignored: the block reads the feed once.' }),
    run_continuously: z.boolean().default(true).meta({
      title: 'Continuously',
      description: 'Ignored: the block reads the feed once. To read it again, start the graph again.',
    }),
  }),
  output: z.object({
    entry: entryType.meta({ title: 'Entry', description: 'Each entry, in a loop.', many: true }),
    entries: z.array(entryType).meta({ title: 'Entries', description: 'All entries.' }),
  }),
  tests: [
    {
      name: 'reads the entries of the period',
      now: '2026-11-30T12:00:00Z',
      input: { rss_url: 'https://a.example/rss', time_period: 120, polling_rate: 300, run_continuously: false },
      http: { 'GET https://a.example/rss': { text: RSS.text } },
      output: [
        ['entry', RSS.entries[0]],
        ['entry', RSS.entries[1]],
        ['entries', RSS.entries],
      ],
    },
    {
      name: 'reads Atom',
      now: '2026-11-30T12:00:00Z',
      input: { rss_url: 'https://a.example/atom', polling_rate: 300 },
      http: { 'GET https://a.example/atom': { text: ATOM.text, headers: { 'content-type': 'application/atom+xml' } } },
      output: [
        ['entry', ATOM.entries[0]],
        ['entries', ATOM.entries],
      ],
    },
    {
      name: 'a page that is not a feed',
      input: { rss_url: 'https://a.example/', polling_rate: 300 },
      http: { 'GET https://a.example/': { text: '<html><body/></html>' } },
      output: [['error', 'the feed must be RSS or Atom, but its root element is "html"']],
    },
    {
      name: 'a text that is not XML',
      input: { rss_url: 'https://a.example/', polling_rate: 300 },
      http: { 'GET https://a.example/': { text: 'no' } },
      output: [['error', (message: string) => message.startsWith('the feed is not XML: ')]],
    },
    {
      name: 'a feed that does not exist',
      input: { rss_url: 'https://a.example/', polling_rate: 300 },
      http: { 'GET https://a.example/': { status: 404 } },
      output: [['error', 'a.example responded with status 404']],
    },
  ],
  async *run({ rss_url: url, time_period: minutes }, { fetch, signal }) {
    const response = await fetch(url, { signal, maxResponseBytes: MAX_FEED_BYTES })
    if (!response.ok) throw new Error(`${new URL(url).host} responded with status ${response.status}`)
    const bytes = new Uint8Array(await response.arrayBuffer())
    const { text } = decodeText(bytes, { contentType: response.headers.get('content-type') ?? '' })
    const since = Date.now() - minutes * 60_000
    const entries = parseFeed(text).filter(({ pub_date: date }) => date === null || Date.parse(date) > since)
    for (const entry of entries) yield ['entry', entry]
    yield ['entries', entries]
  },
})
