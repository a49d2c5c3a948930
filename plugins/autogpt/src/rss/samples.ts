import type { Entry } from './parse-feed.ts'

interface Sample {
  text: string
  /** The entries of the two hours before 2026-11-30T12:00:00Z. */
  entries: [Entry, ...Entry[]]
}

/** A feed for the tests. */
export const RSS = {
  text: `<?xml version="1.0"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>News</title>
<item><title>First &amp; best</title><link>https://a.example/1</link><description><![CDATA[<b>one</b>]]></description>
<pubDate>Mon, 30 Nov 2026 11:30:00 GMT</pubDate><dc:creator>Ada</dc:creator><category>x</category><category>y</category></item>
<item><title>Old</title><pubDate>Mon, 30 Nov 2026 09:00:00 GMT</pubDate></item>
<item><title>No date&nbsp;</title><link>https://a.example/2</link></item>
</channel></rss>`,
  entries: [
    {
      title: 'First & best',
      link: 'https://a.example/1',
      description: '<b>one</b>',
      pub_date: '2026-11-30T11:30:00.000Z',
      author: 'Ada',
      categories: ['x', 'y'],
    },
    { title: 'No date&nbsp;', link: 'https://a.example/2', description: '', pub_date: null, author: '', categories: [] },
  ],
} satisfies Sample

export const ATOM = {
  text: `<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>One</title><link rel="self" href="https://a.example/self"/>
<link href="https://a.example/one"/><updated>2026-11-30T12:30:00+01:00</updated><summary>s</summary>
<author><name>Bo</name></author><category term="t"/></entry></feed>`,
  entries: [
    {
      title: 'One',
      link: 'https://a.example/one',
      description: 's',
      pub_date: '2026-11-30T11:30:00.000Z',
      author: 'Bo',
      categories: ['t'],
    },
  ],
} satisfies Sample
