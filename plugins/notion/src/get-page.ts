import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openNotion, provider, idPin, readChildren } from './api.ts'
import type { RestApi } from '@ashlar/sdk/rest'
import { toMarkdown } from './markdown.ts'
import { toPage } from './page.ts'
import { credentials, ID, notFound, notFoundMessage, page, pageAnswer } from './samples.ts'

export const getPage = defineBlock({
  id: '2f4cea1a-6883-4c29-9d67-ff9af2d9bd99',
  name: 'get-page',
  icon: 'file-text',
  description: 'Read a Notion page: its properties, and its text as Markdown.',
  category: 'PRODUCTIVITY',
  synonyms: ['read page', 'notion document', 'page content'],
  capabilities: { http: ['GET api.notion.com/v1/*'], credentials: [provider.name] },
  onCrash: 'retry',
  timeoutMs: 300_000,
  input: z.object({ page: idPin('Page', 'The address or the id of the page.') }),
  output: z.object({
    page: z.record(z.string(), z.unknown()).describe('The page: its id, url, title, times and properties.'),
    id: z.string().describe('The id of the page.'),
    url: z.string().meta({ title: 'URL', description: 'The address of the page.' }),
    text: z.string().describe('The text of the page, as Markdown.'),
  }),
  tests: [
    {
      name: 'returns properties and text',
      input: { page: ID },
      credentials,
      http: {
        [`GET https://api.notion.com/v1/pages/${ID}`]: { json: pageAnswer },
        [`GET https://api.notion.com/v1/blocks/${ID}/children`]: {
          json: {
            results: [
              { id: 'b1', type: 'heading_1', heading_1: { rich_text: [{ plain_text: 'Hi' }] } },
              {
                id: 'b2',
                type: 'bulleted_list_item',
                has_children: true,
                bulleted_list_item: { rich_text: [{ plain_text: 'one' }] },
              },
              { id: 'b4', type: 'image', image: {} },
            ],
          },
        },
        'GET https://api.notion.com/v1/blocks/b2/children': {
          json: {
            results: [{ id: 'b3', type: 'bulleted_list_item', bulleted_list_item: { rich_text: [{ plain_text: 'two' }] } }],
          },
        },
      },
      output: [
        ['page', page],
        ['id', ID],
        ['url', page.url],
        ['text', '# Hi\n- one\n  - two'],
      ],
    },
    {
      name: 'reports a page that the integration cannot see',
      input: { page: ID },
      credentials,
      http: { [`GET https://api.notion.com/v1/pages/${ID}`]: notFound },
      output: [['error', notFoundMessage]],
    },
    {
      name: 'refuses a text that is no id',
      input: { page: 'tasks' },
      output: [['error', (message: string) => message.includes('must be an id')]],
    },
  ],
  async *run({ page: id }, context) {
    const api = await openNotion(context)
    const page = toPage(await api.json('GET', `/pages/${id}`))
    const lines: string[] = []
    for await (const line of readLines(api, id, 0)) lines.push(line)
    yield ['page', page]
    yield ['id', page.id]
    yield ['url', page.url]
    yield ['text', lines.join('\n')]
  },
})

const MAX_DEPTH = 5
const childSchema = z.object({ id: z.string(), type: z.string(), has_children: z.boolean().default(false) })

async function* readLines(api: RestApi, id: string, depth: number): AsyncGenerator<string, void> {
  for await (const item of readChildren(api, id)) {
    const line = toMarkdown(item)
    if (line !== undefined) yield '  '.repeat(depth) + line
    const child = childSchema.parse(item)
    const isOwnPage = child.type === 'child_page' || child.type === 'child_database'
    if (child.has_children && !isOwnPage && depth < MAX_DEPTH) yield* readLines(api, child.id, depth + 1)
  }
}
