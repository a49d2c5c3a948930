import { defineBlock, fromInput } from '@ashlar/sdk'
import { z } from 'zod'
import { fetchText } from '../document/index.ts'
import type { FeedEntry } from './feed-pins.ts'
import { FEED_TYPES, parseEntries } from './feed.ts'

const RSS = `<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>News</title>
<item><title>First &amp; best</title><link>https://a.example/1</link><description><![CDATA[<b>one</b>]]></description>
<pubDate>Mon, 30 Nov 2026 11:30:00 GMT</pubDate><dc:creator>Ada</dc:creator><category>x</category><category>y</category></item>
<item><title>Old</title><pubDate>Mon, 30 Nov 2026 09:00:00 GMT</pubDate></item>
<item><title>No date</title><link>https://a.example/2</link></item></channel></rss>`

const FIRST = {
  title: 'First & best',
  link: 'https://a.example/1',
  description: '<b>one</b>',
  pub_date: '2026-11-30T11:30:00.000Z',
  author: 'Ada',
  categories: ['x', 'y'],
}

const UNDATED = { title: 'No date', link: 'https://a.example/2', description: '', pub_date: null, author: '', categories: [] }

const entryPin = z.object({
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
  description: 'Read the recent entries of an RSS or Atom feed once, as exported AutoGPT graphs expect them.',
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
    polling_rate: z.int().meta({ title: 'Polling rate', description: 'Not used, because the block reads the feed once.' }),
    run_continuously: z.boolean().default(true).meta({
      title: 'Continuously',
      description:
        'Not used. An execution ends, so the block reads the feed once. To read it again, start the graph again, with time_period as the minutes since the last start.',
    }),
  }),
  output: z.object({
    entry: entryPin.meta({ title: 'Entry', description: 'Each entry, in a loop.', many: true }),
    entries: z.array(entryPin).meta({ title: 'Entries', description: 'All entries.' }),
  }),
  tests: [
    {
      name: 'reads the entries of the period',
      now: '2026-11-30T12:00:00Z',
      input: { rss_url: 'https://a.example/rss', time_period: 120, polling_rate: 300 },
      http: { 'GET https://a.example/rss': { text: RSS } },
      output: [
        ['entry', FIRST],
        ['entry', UNDATED],
        ['entries', [FIRST, UNDATED]],
      ],
    },
    {
      name: 'a page that is not a feed',
      input: { rss_url: 'https://a.example/', polling_rate: 300 },
      http: { 'GET https://a.example/': { text: '<html><body/></html>' } },
      output: [['error', (message: string) => message.startsWith('rss_url must be an RSS, Atom or JSON feed')]],
    },
    {
      name: 'a feed that does not exist',
      input: { rss_url: 'https://a.example/', polling_rate: 300 },
      http: { 'GET https://a.example/': { status: 404 } },
      output: [['error', (message: string) => message.includes('answered with the status 404')]],
    },
  ],
  async *run({ rss_url: url, time_period: minutes }, context) {
    const page = await fetchText(url, FEED_TYPES, context, { pin: 'rss_url' })
    const since = Date.now() - minutes * 60_000
    const entries = parseEntries(page.text, page.url, 'rss_url').entries.map(toEntry)
    const recent = entries.filter(({ pub_date: date }) => date === null || Date.parse(date) > since)
    for (const entry of recent) yield ['entry', entry]
    yield ['entries', recent]
  },
})

function toEntry({ title, url, summary, content, published, updated, author, categories }: FeedEntry): z.output<typeof entryPin> {
  return { title, link: url, description: summary || content, pub_date: published ?? updated, author, categories }
}
