import { defineBlock, fromInput } from '@ashlar/sdk'
import { z } from 'zod'
import { jina } from './provider.ts'
import { toText } from './text.ts'

export const extractWebsiteContent = defineBlock({
  id: '436c3984-57fd-4b85-8e9a-459b356883bd',
  name: 'extract-website-content',
  description: 'Get the text of a web page as Markdown with Jina, or its source.',
  category: 'WEB',
  icon: 'file-text',
  synonyms: ['scrape', 'read page', 'website content', 'reader', 'jina', 'page to markdown', 'crawl', 'download page'],
  capabilities: { http: ['POST r.jina.ai/', fromInput('url', { redirects: 'public' })], credentials: [jina.name] },
  onCrash: 'retry', // the block only reads
  input: z.object({
    url: z
      .string()
      .min(1)
      .meta({ title: 'URL', description: 'The address of the page.', examples: ['https://example.com/'] }),
    raw_content: z
      .boolean()
      .default(false)
      .meta({ title: 'Source', description: 'Get the page itself, without Jina and its key.', advanced: true }),
  }),
  output: z.object({ content: z.string().meta({ title: 'Content', description: 'The text of the page, or its source.' }) }),
  tests: [
    {
      input: { url: 'https://a.example/x' },
      credentials: { jina: { type: 'API_KEY', key: 'test-key' } },
      http: { 'POST https://r.jina.ai/': { text: '# Title' } },
      output: [['content', '# Title']],
    },
    {
      name: 'the page itself',
      input: { url: 'https://a.example/x', raw_content: true },
      http: { 'GET https://a.example/x': { text: '<h1>Title</h1>' } },
      output: [['content', '<h1>Title</h1>']],
    },
    {
      name: 'a page that does not exist',
      input: { url: 'https://a.example/x', raw_content: true },
      http: { 'GET https://a.example/x': { status: 404 } },
      output: [['error', 'a.example responded with status 404']],
    },
    {
      name: 'no key',
      input: { url: 'https://a.example/x' },
      output: [['error', (message: string) => message.includes('credential')]],
    },
  ],
  async *run({ url, raw_content: isRaw }, { credentials, fetch, signal }) {
    if (isRaw) return yield ['content', await toText(await fetch(url, { signal }), new URL(url).host)]
    const reader = await credentials(jina.name)
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ url }), signal }
    yield ['content', await toText(await reader.fetch('https://r.jina.ai/', init), 'Jina')]
  },
})
