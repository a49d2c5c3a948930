import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openNotion, provider, idPin } from './api.ts'
import { chunk } from './chunk.ts'
import { toBlocks } from './markdown.ts'
import { credentials, ID, notFound, notFoundMessage } from './samples.ts'

export const appendBlocks = defineBlock({
  id: '2fea0223-4614-4648-a11c-7b8627b89c62',
  name: 'append-blocks',
  icon: 'file-pen',
  description: 'Append text to a Notion page, from Markdown.',
  category: 'PRODUCTIVITY',
  synonyms: ['add text', 'write to page', 'add paragraph', 'append'],
  capabilities: { http: ['PATCH api.notion.com/v1/blocks/*'], credentials: [provider.name] },
  timeoutMs: 300_000,
  input: z.object({
    page: idPin('Page', 'The address or the id of the page.'),
    text: z.string().min(1).describe('The text as Markdown: headings, lists, tasks, quotes, code and paragraphs.'),
  }),
  output: z.object({ count: z.int().describe('The number of blocks of the page that were added.') }),
  tests: [
    {
      name: 'appends one block for each line',
      input: { page: ID, text: '# Hi\n\n- one\n- [x] two' },
      credentials,
      http: { [`PATCH https://api.notion.com/v1/blocks/${ID}/children`]: { json: { results: [] } } },
      output: [['count', 3]],
    },
    {
      name: 'reports a page that the integration cannot see',
      input: { page: ID, text: 'Hi' },
      credentials,
      http: { [`PATCH https://api.notion.com/v1/blocks/${ID}/children`]: notFound },
      output: [['error', notFoundMessage]],
    },
  ],
  async *run({ page, text }, context) {
    const api = await openNotion(context)
    const blocks = toBlocks(text)
    for (const children of chunk(blocks, 100)) await api.json('PATCH', `/blocks/${page}/children`, { json: { children } })
    yield ['count', blocks.length]
  },
})
