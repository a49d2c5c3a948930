import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { baseUrlPin } from '../document/index.ts'
import { feedPins } from './feed-pins.ts'
import { parseEntries } from './feed.ts'

const ATOM = `<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>T</title><link rel="self" href="/feed"/><link href="/"/>
<entry><id>urn:1</id><title type="html">A &amp;amp; b</title><link rel="alternate" href="/1"/><link rel="enclosure" href="/a.mp3" type="audio/mpeg" length="10"/>
<updated>2026-03-29T14:30:00+02:00</updated><author><name>Ada</name></author><author><name>Bo</name></author><category term="x" label="X"/>
<content type="xhtml"><div>c <b>d</b></div></content></entry></feed>`

const RDF = `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel rdf:about="u"><title>R</title></channel>
<item rdf:about="u/1"><title>One</title><link>u/1</link><dc:date>2026-03-29</dc:date></item>
<item rdf:about="u/2"><title>Two</title><link>u/2</link></item></rdf:RDF>`

const EMPTY = { author: '', summary: '', content: '', categories: [], image: '', attachments: [] }

export const parseFeed = defineBlock({
  id: '989da7d7-09ec-4fff-8fdf-e69d752c7e08',
  name: 'parse-feed',
  description: 'Read the entries of an RSS, Atom or JSON feed from its text.',
  category: 'WEB',
  icon: 'rss',
  synonyms: ['rss', 'atom', 'rdf', 'json feed', 'xml feed', 'podcast', 'feed parser', 'feedparser'],
  input: z.object({ text: z.string().min(1).describe('The text of the feed.'), base_url: baseUrlPin }),
  output: z.object(feedPins),
  tests: [
    {
      name: 'Atom',
      input: { text: ATOM, base_url: 'https://a.example/feed' },
      output: [
        {
          entry: {
            ...EMPTY,
            id: 'urn:1',
            url: 'https://a.example/1',
            title: 'A &amp; b',
            published: '2026-03-29T12:30:00.000Z',
            updated: '2026-03-29T12:30:00.000Z',
            author: 'Ada, Bo',
            content: '<div>c <b>d</b></div>',
            categories: ['X'],
            attachments: [{ url: 'https://a.example/a.mp3', type: 'audio/mpeg', bytes: 10 }],
          },
        },
        ['entries', (entries: unknown[]) => entries.length === 1],
        ['feed', { title: 'T', url: 'https://a.example/', description: '', language: 'de', image: '', format: 'atom' }],
        ['count', 1],
      ],
    },
    {
      name: 'RDF',
      input: { text: RDF },
      output: [
        { entry: { ...EMPTY, id: 'u/1', url: 'u/1', title: 'One', published: '2026-03-29T00:00:00.000Z', updated: null } },
        { entry: { ...EMPTY, id: 'u/2', url: 'u/2', title: 'Two', published: null, updated: null } },
        ['entries', (entries: unknown[]) => entries.length === 2],
        ['feed', (feed: { title: string; format: string }) => feed.format === 'rdf' && feed.title === 'R'],
        ['count', 2],
      ],
    },
    {
      name: 'JSON Feed',
      input: {
        text: '{"version":"https://jsonfeed.org/version/1.1","title":"J","items":[{"id":1,"content_text":"c","date_published":"no date","tags":["t"]}]}',
      },
      output: [
        { entry: { ...EMPTY, id: '1', url: '', title: '', published: null, updated: null, content: 'c', categories: ['t'] } },
        ['entries', (entries: unknown[]) => entries.length === 1],
        ['feed', { title: 'J', url: '', description: '', language: '', image: '', format: 'json' }],
        ['count', 1],
      ],
    },
    {
      name: 'reads a feed that is not well-formed',
      input: { text: '<rss><channel><title>a & b</title><item><title>x &nbsp; <b>y</title></item></channel>' },
      output: [
        { entry: (entry) => entry.title.startsWith('x') && entry.published === null },
        ['entries', (entries: unknown[]) => entries.length === 1],
        ['feed', (feed: { title: string; format: string }) => feed.title === 'a & b'],
        ['count', 1],
      ],
    },
    {
      input: { text: '<!doctype html><html><body></body></html>' },
      output: [
        [
          'error',
          'text must be an RSS, Atom or JSON feed, got "<!doctype html><html><body></body></html>"; this is a web page: look for the address of its feed with "web/page-metadata"',
        ],
      ],
    },
    {
      input: { text: '{"a":' },
      output: [['error', (message: string) => message.startsWith('text must be a feed, but it is not valid JSON')]],
    },
    {
      input: { text: '{"a":1}' },
      output: [['error', 'text must be an RSS, Atom or JSON feed, but the JSON has no "version" and "items" of a JSON feed']],
    },
  ],
  *run({ text, base_url: base }) {
    const { info, entries } = parseEntries(text, base)
    for (const entry of entries) yield { entry }
    yield ['entries', [...entries]]
    yield ['feed', info]
    yield ['count', entries.length]
  },
})
