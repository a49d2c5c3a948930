import { defineBlock, fromInput } from '@ashlar/sdk'
import { z } from 'zod'
import { fetchText, show, urlPin } from '../document/index.ts'
import { feedPins, type FeedEntry } from './feed-pins.ts'
import { FEED_TYPES, parseEntries } from './feed.ts'

const RSS = `<?xml version="1.0"?><rss version="2.0" xmlns:dc="d" xmlns:content="c"><channel><title>News</title><link>https://a.example/</link>
<item><title>New &amp; old</title><link>/2</link><guid isPermaLink="false">g2</guid><pubDate>Sun, 29 Mar 2026 14:30:00 +0200</pubDate>
<dc:creator>Ada</dc:creator><description>d</description><content:encoded><![CDATA[<p>c</p>]]></content:encoded><category>x</category><enclosure url="/f.mp3" type="audio/mpeg" length="7"/></item>
<item><title>Older</title><guid>https://a.example/1</guid><pubDate>Sat, 28 Mar 2026 10:00:00 GMT</pubDate></item></channel></rss>`

const NEW: FeedEntry = {
  id: 'g2',
  url: 'https://a.example/2',
  title: 'New & old',
  published: '2026-03-29T12:30:00.000Z',
  updated: null,
  author: 'Ada',
  summary: 'd',
  content: '<p>c</p>',
  categories: ['x'],
  image: '',
  attachments: [{ url: 'https://a.example/f.mp3', type: 'audio/mpeg', bytes: 7 }],
}

const OLDER: FeedEntry = {
  ...NEW,
  id: 'https://a.example/1',
  url: 'https://a.example/1',
  title: 'Older',
  published: '2026-03-28T10:00:00.000Z',
  author: '',
  summary: '',
  content: '',
  categories: [],
  attachments: [],
}

export const readFeed = defineBlock({
  id: '6df15494-71a4-47c2-824b-7432b5967ca3',
  name: 'read-feed',
  description: 'Fetch an RSS, Atom or JSON feed and return its entries, or only the new ones.',
  category: 'WEB',
  common: true,
  icon: 'rss',
  synonyms: ['rss', 'atom', 'news feed', 'podcast', 'blog', 'rss feed read', 'feedparser', 'subscribe', 'syndication'],
  capabilities: { http: [fromInput('url', { redirects: 'public' })] },
  onCrash: 'retry',
  input: z.object({
    url: urlPin,
    since: z
      .union([z.string(), z.number()])
      .default('')
      .meta({
        description:
          'Return only entries that were published or updated after this time: a date in ISO 8601, or milliseconds since 1970. Entries without a date are always returned. Empty for all.',
        examples: ['2026-03-29T12:00:00Z'],
      }),
    limit: z.int().min(0).default(0).describe('The maximum number of entries. 0 for all.'),
  }),
  output: z.object(feedPins),
  tests: [
    {
      name: 'RSS 2.0, entries since a time',
      input: { url: 'https://a.example/feed', since: '2026-03-28T10:00:00Z' },
      http: { 'GET https://a.example/feed': { text: RSS, headers: { 'content-type': 'application/rss+xml' } } },
      output: [
        { entry: NEW },
        ['entries', [NEW]],
        ['feed', { title: 'News', url: 'https://a.example/', description: '', language: '', image: '', format: 'rss' }],
        ['count', 1],
      ],
    },
    {
      input: { url: 'https://a.example/feed', limit: 1, since: Date.UTC(2026, 2, 1) },
      http: { 'GET https://a.example/feed': { text: RSS } },
      output: [{ entry: NEW }, ['entries', [NEW]], ['feed', z.unknown()], ['count', 1]],
    },
    {
      name: 'all entries',
      input: { url: 'https://a.example/feed' },
      http: { 'GET https://a.example/feed': { text: RSS } },
      output: [{ entry: NEW }, { entry: OLDER }, ['entries', [NEW, OLDER]], ['feed', z.unknown()], ['count', 2]],
    },
    {
      input: { url: 'https://a.example/feed', since: '2026-04-01' },
      http: { 'GET https://a.example/feed': { text: RSS } },
      output: [
        ['entries', []],
        ['feed', z.unknown()],
        ['count', 0],
      ],
    },
    {
      input: { url: 'https://a.example/feed', since: 'yesterday' },
      output: [['error', 'since must be a date such as "2026-03-29T12:00:00Z", or milliseconds since 1970, got "yesterday"']],
    },
    {
      input: { url: 'https://a.example/feed' },
      http: { 'GET https://a.example/feed': { text: 'Not found' } },
      output: [['error', 'url must be an RSS, Atom or JSON feed, got "Not found"']],
    },
  ],
  async *run({ url, since, limit }, context) {
    const after = readTime(since)
    const page = await fetchText(url, FEED_TYPES, context)
    const { info, entries } = parseEntries(page.text, page.url, 'url')
    const recent = entries.filter((entry) => after === undefined || isAfter(entry, after))
    const wanted = limit === 0 ? recent : recent.slice(0, limit)
    for (const entry of wanted) yield { entry }
    yield ['entries', wanted]
    yield ['feed', info]
    yield ['count', wanted.length]
  },
})

/** @returns milliseconds since 1970, or undefined for an empty text */
function readTime(since: string | number): number | undefined {
  if (since === '') return undefined
  const time = typeof since === 'number' ? since : Date.parse(since)
  if (Number.isNaN(time))
    throw new Error(`since must be a date such as "2026-03-29T12:00:00Z", or milliseconds since 1970, got ${show(since)}`)
  return time
}

function isAfter({ published, updated }: FeedEntry, time: number): boolean {
  const dates = [published, updated].flatMap((date) => (date === null ? [] : [Date.parse(date)]))
  return dates.length === 0 || Math.max(...dates) > time
}
